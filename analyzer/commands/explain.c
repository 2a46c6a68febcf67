/* explain.c - the command `timerleak explain`. */
#include "cli/arguments.h"
#include "commands/commands.h"

#include <stdio.h>
#include <string.h>

struct word {
    const char *name;
    const char *meaning;
};

static const struct word words[] = {
    {"never-armed",
     "The timer was created, and no time was ever set on it. It does nothing, yet it\n"
     "holds a descriptor (timerfd) or a queued signal (POSIX). Often the call that\n"
     "should arm it failed or was skipped, and the error path forgot to release it.\n"
     "Release it on that path."},
    {"never-fired",
     "The timer is armed, its time has not come, and it has never fired. Timeouts\n"
     "end like this: the awaited event came first, and the timeout was forgotten. It\n"
     "stays until its deadline, and is never-released from then on. Release it when\n"
     "the event comes."},
    {"never-stopped",
     "The timer is armed and has fired before: it is periodic, or was armed again. A\n"
     "timer on a CPU clock is never-stopped too, for it may have fired. One ticker\n"
     "that a program keeps for life is normal. Many tickers, or one whose owner is\n"
     "gone, cost a wakeup each time. Disarm and release it with its owner."},
    {"never-released",
     "The timer is no longer armed, because it fired or was disarmed, but it was\n"
     "never deleted or closed. A timer does not go away by firing: a POSIX timer\n"
     "needs timer_delete(), a timerfd needs close(). Release it, or keep it and arm\n"
     "it again.\n"
     "Libraries have their own words for it: never-closed (libuv), never-freed\n"
     "(libevent), never-destroyed (GLib), never-unreferenced (sd-event),\n"
     "never-deleted (Qt), never-removed (ell)."},
    {"never-closed",
     "libuv's word for never-released. The timer is no longer armed, because it\n"
     "fired or was stopped, but its handle was not closed. uv_timer_stop() keeps the\n"
     "handle: the loop has it until uv_close(). Free its memory in the callback of\n"
     "uv_close(), not before."},
    {"never-freed",
     "libevent's word for never-released. The timer is no longer pending, because it\n"
     "fired or was deleted by event_del(), but the event was not freed. event_free()\n"
     "does that."},
    {"never-destroyed",
     "GLib's word for never-released. The source is in no loop, or has fired, and\n"
     "was not destroyed. g_source_remove(), g_source_destroy() or a callback that\n"
     "returns FALSE ends it. If g_timeout_source_new() made it, g_source_unref() is\n"
     "needed as well."},
    {"never-unreferenced",
     "sd-event's word for never-released. The source is off, because it fired once\n"
     "or was disabled, but it was not unreferenced. sd_event_source_unref() releases\n"
     "it. A floating source goes with its loop."},
    {"never-deleted",
     "Qt's word for never-released. The timer is no longer active, but it was not\n"
     "killed, and its object was not deleted. QObject::killTimer() ends it, or\n"
     "deleting the object."},
    {"never-removed",
     "ell's word for never-released. The timeout has fired, and was neither set anew\n"
     "nor removed. l_timeout_remove() ends it."},
    {"leak", "Timers of this site pile up. The evidence stands beside it. Some are older\n"
             "than any that was ever released here; or they are created through the whole\n"
             "run, and their number only rises; or they fired or were stopped, and nobody\n"
             "came back to them; or they have used up a limit, and creations fail. It is\n"
             "still a leak when the load that made them has ended. The stack shows where\n"
             "they are created: look for the path that does not release."},
    {"growing", "It can't be told yet whether timers of this site leak. Their number rises, but\n"
                "none was due yet, or lifetimes are as long as the run: that may be work in\n"
                "flight, as sessions that end by their timeout. Or some outlive the others, but\n"
                "lifetimes vary as much. Or they were set anew again and again, and are no\n"
                "longer. Or too few of a sample were recorded. The reason says what would\n"
                "decide it. If that would be more timers at a time than a limit allows, or more\n"
                "than a gigabyte, it is a leak."},
    {"held", "Timers of this site are live at the end, but their number is steady: they were\n"
             "made at the start and kept, or are in flight just now. Or they are in use: set\n"
             "anew again and again. This is no error. In a short run a leak may still look\n"
             "like this: record for longer, or under more load."},
    {"clean", "Every timer that was created at this site was released."},
    {"failed", "Creations that failed because there was no descriptor left (EMFILE, or ENFILE\n"
               "for all processes), no signal to be queued (EAGAIN), or no memory (ENOMEM).\n"
               "Other failures, as for a clock that does not exist, are not counted."},
    {"path", "Many places may call one function that makes timers, and each of them may\n"
             "leave too few to judge by. Then the line that they share is judged for all:\n"
             "\"through 400 paths\". Each of those places is a path. The ten that hold most\n"
             "are shown."},
    {"set-by", "The line that armed the timer last: timer_settime(), timerfd_settime() and the\n"
               "like. In a program that makes one timer, and sets it for each of its timeouts,\n"
               "this line tells more than the one that made it. Reports show it where it is\n"
               "another line. In `wakeups` it says who wakes the processor."},
    {"tail-call", "A function that ends with `return timerfd_create(...);` leaves no frame in\n"
                  "optimized code: the stack goes on with its caller. With -g the frame is shown\n"
                  "all the same, marked \"(tail call)\", if the call can have come one way only.\n"
                  "Its line is that of the call."},
    {"thread", "The thread that made the timer: the kernel's number for it, as in ps -L and\n"
               "gdb, and its name while it runs. Any thread may set or release the timer."},
    {"runtime", "\"+3 frames of the runtime\" stands for frames that tell nothing of the program:\n"
                "they start it and its threads, or call what C++ wraps, as std::function does.\n"
                "Frames of an interpreter are folded likewise, where the functions that it runs\n"
                "are named. Reports fold them, and the stacks of findings in the page; graphs,\n"
                "`top`, `traces`, JSON and exports never do."},
    {"unread", "A timerfd has expired, and nobody read it. A level-triggered epoll reports it\n"
               "again and again. The kernel does not arm a periodic one anew until somebody\n"
               "reads. Often its descriptor was taken out of the event loop, but not closed."},
    {"inherited", "The timer came with a descriptor over fork or exec; this process did not\n"
                  "create it. It lives until the last process closes it. Create timerfds with\n"
                  "TFD_CLOEXEC, and close in the child what only the parent needs."},
    {"passed-on", "The timer came over exec, and the new program never set, stopped, asked or\n"
                  "read it. It was made without TFD_CLOEXEC, and stays until that program ends.\n"
                  "It is a leak where such timers pile up: from one program to the next, or in\n"
                  "one child after the other. \"timerleak check --fail-on passed-on\" fails for\n"
                  "any."},
    {"shared", "Another of the recordings shown has the timer, too: it went over fork or exec.\n"
               "There it counts, as live and in sums. Here only what this process did with it\n"
               "is counted."},
    {"received", "The timer was made elsewhere, and its descriptor was received: over a socket\n"
                 "(SCM_RIGHTS), or by pidfd_getfd(). It counts as created by the call that\n"
                 "received it, and this process has to close it. When the sender closes its own\n"
                 "descriptor, nothing ends here."},
    {"overdue", "The deadline has passed, and no fire was seen, although each fire of this\n"
                "timer would be. Its thread may be stuck, or no thread could be started for it."},
    {"far-future", "The deadline is more than ten years away. Usually a wall-clock time was used\n"
                   "with a monotonic clock, or an absolute time without TIMER_ABSTIME, or\n"
                   "milliseconds where seconds were meant. Such a timer will never fire."},
    {"overwritten",
     "The timer lies in the program's own memory, as libuv's handles do. That memory\n"
     "was freed, or used for something else, while the timer was active. Its loop\n"
     "still knows the address: anything may happen next, often a crash elsewhere.\n"
     "End the timer first (uv_close(), and free it in the callback of that;\n"
     "event_del(); ev_timer_stop()), then free its memory. It may not matter in a\n"
     "program that is about to end. \"timerleak check --fail-on overwritten\" fails\n"
     "for any."},
    {"left-behind",
     "A timer of time.After() in Go: nobody can stop it, and it is known by its channel\n"
     "alone. The goroutine that made it has made the next one at the same place\n"
     "since, so it went on without waiting for this one: a select in a loop does,\n"
     "where something else is ready first. Until Go 1.22 the runtime keeps it until\n"
     "it fires. Make one timer with NewTimer() before the loop, and reset it in each\n"
     "turn; or stop each."},
    {"loop", "\"libev's loop\" is a timerfd that an event loop made for itself, to be woken\n"
             "by. There is one for each loop, or for each of its clocks, as long as the loop\n"
             "lives. It is no leak. Where such timers pile up, loops are made and not freed:\n"
             "the line shown made the loop."},
    {"created", "How many timers were made here. A creation that failed is not counted."},
    {"armed", "How often a time was set. Setting a timer anew while it is armed counts as\n"
              "well. A zero it_value disarms, and is not counted."},
    {"fired", "Expirations: those that timerleak saw, and those that follow from deadline and\n"
              "interval where the kernel's own account is plain. What can't be told is\n"
              "counted as fired-unknown. The view timers then shows a \"+\": at least so often."},
    {"fired-unknown",
     "Armings of which timerleak can't see whether they fired, or how often. Timers\n"
     "on CPU clocks are such: to read these clocks takes a system call. What the\n"
     "kernel says is counted: when the program asks for a timer, or sets it, and at\n"
     "a clean exit."},
    {"stopped", "How often a timer was disarmed or released while it was armed and before it\n"
                "fired. Many stops are the normal life of timeouts."},
    {"released", "How many were deleted, closed or freed. Descriptors that were found gone,\n"
                 "without a close that timerleak saw, are among them."},
    {"live", "Created or inherited, and not released: what is in the table at the end, or\n"
             "now if the process still runs."},
    {"peak", "The highest number live at a time. The peaks of several sites, or of processes\n"
             "that ran at the same time, need not have come at once: their sum says \"at\n"
             "most\". Processes that did not run together are not added up."},
    {"wakeups", "How often timers expire, which is how often they wake the processor.\n"
                "`timerleak wakeups` lists the sites by it: per second of the run, as a share\n"
                "of all, and in all. When a program comes late and takes several expirations at\n"
                "once (overruns), each is counted, though the processor woke once."},
    {"in-flight", "Counted as created, but neither live nor released: the process was in the\n"
                  "middle of that call when the recording was read, or when the process was\n"
                  "killed."},
    {"known", "The baseline (check --baseline FILE) has a site of the same family and\n"
              "functions: it does not fail. Lines, addresses and states play no part: the\n"
              "site stays known when its code moves, and when deadlines have passed. A second\n"
              "call in the same function is another site. `check --baseline FILE\n"
              "--update-baseline` writes what is found now, and drops what is gone. Read the\n"
              "difference before you commit it."},
    {"suppressions",
     "The file of `check --suppressions FILE` has a rule on each line, as\n"
     "LeakSanitizer's:\n"
     "\n"
     "    # a comment\n"
     "    leak:PATTERN                   timers of any family\n"
     "    timerfd:PATTERN                or posix, itimer, gotime, libuv, libevent,\n"
     "                                   libev, glib, sd-event, qt, ell\n"
     "    timerfd:never-stopped:PATTERN  only if most live timers of a site are in\n"
     "                                   that state\n"
     "    leak:never-fired:PATTERN\n"
     "\n"
     "A site is suppressed if the pattern is found in the name, the file or the\n"
     "module of any frame of its stack. '*' stands for any text. '^' at the begin of\n"
     "the pattern and '$' at its end hold it there: ^start$ is the function start,\n"
     "not restart. A template's instances are found by its name without arguments as\n"
     "well. Rules that suppress nothing are reported, and so are rules that match\n"
     "nearly everything. `check --gen-suppressions` prints rules for what fails:\n"
     "each names the function nearest to the timers that no other place shares."},
    {"asleep", "A process that was started with TIMERLEAK_ENABLED=0, or told by \"timerleak ctl\n"
               "PID off\", does not record the timers that it makes; it counts them. It still\n"
               "follows those that it recorded before. \"timerleak ctl PID on\" wakes it. What\n"
               "was not seen is no evidence: whether timers pile up is judged by the time\n"
               "awake."},
    {"sampled", "One timer in N is recorded, taken at random: see record --sample=N. All counts\n"
                "are N times what was recorded, so they are estimates: a tenth off is usual\n"
                "with a hundred recorded, a third with ten. Verdicts are founded on the timers\n"
                "recorded, and need more of them than without --sample: leaks of a few timers\n"
                "show as growing, or not at all."},
    {"ignored", "Timers that were made in a block that the program told timerleak to ignore, by\n"
                "timerleak_verify.h. They are counted, but not recorded."},
    {"age", "How long live timers have existed, added up: many young ones weigh as much as\n"
            "one old one. `top -sample_index=age` sorts by it."},
};

#define WORDS (sizeof(words) / sizeof(*words))
#define PER_LINE 7

const char *explain_word(size_t index)
{
    return index < WORDS ? words[index].name : NULL;
}

static int explain_list(void)
{
    printf("timerleak explain WORD, where WORD is one of");
    for (size_t i = 0; i < WORDS; i++)
        printf("%s%s", i % PER_LINE ? " " : "\n  ", words[i].name);
    fputc('\n', stdout);
    return EXIT_OK;
}

static int explain_unknown(const char *name)
{
    const char *names[WORDS];
    for (size_t i = 0; i < WORDS; i++)
        names[i] = words[i].name;
    return arguments_unknown("there is nothing to explain about", name, names, WORDS,
                             "timerleak explain");
}

/* JSON and sample types have '_' where people write '-'; verdicts are shown in capitals. */
static int explain_is_word(const char *name, const char *word)
{
    for (; *name && *word; name++, word++) {
        char c = *name == '_' ? '-' : *name;
        if (c >= 'A' && c <= 'Z')
            c = (char)(c - 'A' + 'a');
        if (c != *word)
            return 0;
    }
    return *name == *word;
}

int command_explain(const struct command *command, int argc, char **argv)
{
    (void)command;
    if (argc < 2)
        return explain_list();
    for (int i = 1; i < argc; i++) {
        size_t word = 0;
        while (word < WORDS && !explain_is_word(argv[i], words[word].name))
            word++;
        if (word == WORDS)
            return explain_unknown(argv[i]);
        printf("%s\n%s\n", words[word].name, words[word].meaning);
    }
    return EXIT_OK;
}
