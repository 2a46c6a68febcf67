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
     "The timer was created and no time was ever set on it. It does nothing, yet it\n"
     "holds a descriptor (timerfd) or a queued signal (POSIX). Often the call that\n"
     "should arm it failed, or was skipped, and the error path forgot to release it.\n"
     "Release it on that path."},
    {"never-fired",
     "The timer is armed, its time has not come, and it has never fired. Typical of\n"
     "timeouts: the awaited event came first, and the timeout was forgotten. It stays\n"
     "until its deadline, and then as never-released. Release it when the event comes."},
    {"never-stopped",
     "The timer is armed and has fired before: it is periodic, or it was armed\n"
     "again. Or it runs by a CPU clock, and may have fired. One ticker that a program keeps for "
     "life is normal. Many, or ones whose\n"
     "owner is gone, cost a wakeup each time. Disarm and release it with its owner."},
    {"never-released",
     "The timer is not armed any more, for it fired or was disarmed, but it was\n"
     "never deleted or closed. A timer does not go away by firing: POSIX timers want\n"
     "timer_delete, timerfds want close. Release it, or keep it and arm it again.\n"
     "Timers of libraries have their library's word for it: never-closed (libuv), never-freed\n"
     "(libevent), never-destroyed (GLib), never-unreferenced (sd-event), never-deleted (Qt),\n"
     "never-removed (ell)."},
    {"never-closed",
     "What never-released is called of libuv's timers: it is not armed any more, for it fired\n"
     "or was stopped, but its handle was not closed. uv_timer_stop() keeps it: the loop has it\n"
     "until uv_close(), and its memory may be freed in the callback of that, not before."},
    {"never-freed",
     "What never-released is called of libevent's timers: it is not pending any more, for it\n"
     "fired or was deleted by event_del(), but the event was not freed. event_free() does it."},
    {"never-destroyed",
     "What never-released is called of GLib's timers: a source that is in no loop, or has fired,\n"
     "and was not destroyed. g_source_remove(), g_source_destroy() or a callback that returns\n"
     "FALSE end it; who made it with g_timeout_source_new() has g_source_unref() to call, too."},
    {"never-unreferenced",
     "What never-released is called of sd-event's timers: it is off, for it fired once or was\n"
     "disabled, but the source was not unreferenced. sd_event_source_unref() releases it; one\n"
     "that floats goes with its loop."},
    {"never-deleted",
     "What never-released is called of Qt's timers: it is not active any more, but it was not\n"
     "killed, nor its object deleted. QObject::killTimer(), or deleting the object, ends it."},
    {"never-removed",
     "What never-released is called of ell's timers: the timeout has fired, and was neither set\n"
     "anew nor removed. l_timeout_remove() ends it."},
    {"leak", "Timers of this site pile up. The evidence stands beside it: some are older than any\n"
             "that was ever released here; or they are created on and on, through the whole run,\n"
             "and their number only rises; or they fired or were stopped, and nobody came back to\n"
             "them; or they have eaten up a limit, and creations fail. That the load which made\n"
             "them has ended makes it no less of a leak. The stack shows where they are created;\n"
             "look for the path that does not release."},
    {"growing",
     "It can't be told yet whether timers of this site leak. Their number rises, but none was due\n"
     "yet, or lifetimes are as long as the run: it may be work in flight, as sessions that end by\n"
     "their timeout. Or some outlive the others, but lifetimes vary as much; or were set anew "
     "again\n"
     "and again, and are no more; or too few of a sample were recorded. The reason says what it\n"
     "would take. What would be more at a time than a limit allows, or a gigabyte, is a leak."},
    {"held", "Timers of this site are live at the end, but their number is steady: made at the\n"
             "start and kept, or in flight just now; or they are in use, as those that are set\n"
             "anew again and again. This is no error. If the run was short, a leak may still look\n"
             "like this: record for longer, or under more load."},
    {"failed",
     "Creations that failed because there was no descriptor left (EMFILE, of all processes\n"
     "ENFILE), no signal to be queued (EAGAIN), or no memory (ENOMEM). What fails for\n"
     "other reasons, as a clock that there is not, is not counted."},
    {"path",
     "Where a function that makes timers is called from many places, and what each of them\n"
     "left behind is too little to judge by, the line that they share is judged for all:\n"
     "\"through 400 paths\". Each of those places is a path; the ten that hold most are shown."},
    {"clean", "Every timer that was created at this site was released."},
    {"unread",
     "A timerfd has expired and nobody read it. A level-triggered epoll reports it again\n"
     "and again; a periodic one is not armed anew by the kernel until somebody reads.\n"
     "Often its descriptor was taken out of the event loop but not closed."},
    {"inherited",
     "The timer came with a descriptor over fork or exec; this process did not create\n"
     "it. It lives until the last process closes it. Create timerfds with TFD_CLOEXEC,\n"
     "and close in the child what only the parent needs."},
    {"passed-on",
     "The timer came over exec, and the program that has it now neither set, stopped, asked\n"
     "nor read it: it was made without TFD_CLOEXEC, and stays until that program ends. Where\n"
     "such timers pile up, from one program to the next or in one child after the other, that\n"
     "is a leak. \"timerleak check --fail-on passed-on\" fails where there is any."},
    {"shared",
     "Another recording that is shown has the timer, too: it went over fork or exec. There it\n"
     "counts, as live and in what is added up; here only what this process did with it."},
    {"received",
     "The timer was made elsewhere, and its descriptor received: over a socket (SCM_RIGHTS),\n"
     "or by pidfd_getfd(). It counts as created by the call that received it, and is this\n"
     "process's to close. Who sent it closes its own number, which ends nothing here."},
    {"overdue", "The deadline has passed and no fire was seen, although each fire of this timer\n"
                "would be. Its thread may be stuck, or no thread could be started for it."},
    {"far-future",
     "The deadline is more than ten years away. Usually a wall-clock time was used with\n"
     "a monotonic clock, an absolute time without TIMER_ABSTIME, or milliseconds where\n"
     "seconds were meant. Such a timer will never fire."},
    {"overwritten",
     "The timer lies in the program's own memory, as libuv's handles do, and that was freed or\n"
     "used for something else while the timer was active. Its loop still knows the address:\n"
     "what happens next is anybody's guess, often a crash elsewhere. End it first (uv_close(),\n"
     "and free it in the callback of that; event_del(); ev_timer_stop()), then free its memory.\n"
     "Where a program ends without doing so, it may not matter. \"timerleak check --fail-on\n"
     "overwritten\" fails where there is any."},
    {"loop",
     "\"libev's loop\" is a timerfd that an event loop made for itself, to be woken by: one for\n"
     "each loop, or for each clock of it, as long as that lives. It is no leak; where such pile\n"
     "up it is loops that are made and not freed. The line shown is that which made the loop."},
    {"created", "How many timers were made here. A create that failed is not counted."},
    {"armed", "How often a time was set. Setting it anew while armed counts as well; a zero\n"
              "it_value disarms, and is not counted."},
    {"fired", "Expirations: seen by timerleak, or derived from deadline and interval where the\n"
              "kernel's own account is plain. What can't be told is counted as fired-unknown; the\n"
              "view timers shows a \"+\" then: so often at least."},
    {"fired-unknown",
     "Armings of which nothing that timerleak can see says whether they fired, or how often.\n"
     "Timers on CPU clocks are such: to read these takes a system call. What the kernel says\n"
     "when the program asks for a timer, or sets it, and at a clean exit, is counted."},
    {"stopped", "How often a timer was disarmed, or released, while it was armed and before it\n"
                "fired. Many stops are the normal life of timeouts."},
    {"released", "How many were deleted, closed or freed; descriptors found gone without a close\n"
                 "that timerleak saw are among them."},
    {"live", "Created or inherited, and not released: what stands in the table at the end, or\n"
             "now if the process still runs."},
    {"peak",
     "The highest number live at a time. Over several sites, or processes that ran at the\n"
     "same time, the peaks need not have been at once: the sum says \"at most\". Processes\n"
     "that did not run together are not added up."},
    {"in-flight",
     "Counted as created, but neither live nor released: the process was in the middle\n"
     "of that call when the recording was read, or when it was killed."},
    {"known",
     "The baseline (check --baseline FILE) has a site of the same family and functions:\n"
     "it does not fail. Lines, addresses and states play no part: code may move, and deadlines\n"
     "may pass, meanwhile. A second call in the same function is another site.\n"
     "`check --baseline FILE --update-baseline` writes what is found now, and drops what is\n"
     "gone; read the difference before you commit it."},
    {"suppressions",
     "The file of `check --suppressions FILE` has a rule on each line, as LeakSanitizer's:\n"
     "\n"
     "    # a comment\n"
     "    leak:PATTERN                   timers of any family\n"
     "    timerfd:PATTERN                or posix, itimer, gotime, libuv, libevent, libev, glib,\n"
     "                                   sd-event, qt, ell\n"
     "    timerfd:never-stopped:PATTERN  only if most live timers of a site are in that state\n"
     "    leak:never-fired:PATTERN\n"
     "\n"
     "A site is suppressed if the pattern is found in the name, the file or the module of\n"
     "any frame of its stack. '*' stands for any text; '^' at the begin of the pattern and\n"
     "'$' at its end hold it there: ^start$ is the function start, not restart. A template's\n"
     "instances are found by its name, without arguments, as well. Rules that suppress\n"
     "nothing, and rules that match nearly everything, are told.\n"
     "`check --gen-suppressions` prints rules for what fails: each names the function nearest to\n"
     "the timers that no other place shares."},
    {"asleep",
     "Started with TIMERLEAK_ENABLED=0, or told by \"timerleak ctl PID off\", a process records\n"
     "no timer that it makes, but follows those that it made before; \"timerleak ctl PID on\"\n"
     "wakes it. How many were made meanwhile is counted. What was not seen is no evidence:\n"
     "whether timers pile up is judged by the time awake."},
    {"sampled",
     "Of so many timers one, taken at random, is recorded: see record --sample=N. All counts\n"
     "are N times what was recorded, so they are estimates: with a hundred recorded a tenth off\n"
     "is usual, with ten a third. Verdicts are founded on the timers that were recorded, and on\n"
     "more of them than without: leaks of a few timers show as growing, or not at all."},
    {"ignored", "Timers that were made in a block that the program asked timerleak to ignore, by\n"
                "timerleak_verify.h. They are counted, but not recorded."},
    {"age", "How long live timers have existed, added up: many young ones weigh as much as one\n"
            "old one. `top -sample_index=age` sorts by it."},
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
