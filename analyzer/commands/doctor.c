/* doctor.c - the command `timerleak doctor`. */
#include "cli/arguments.h"
#include "commands/commands.h"

#include "cli/options.h"
#include "doctor/examinations.h"

static void doctor_examine(struct diagnosis *diagnosis, const char *command)
{
    char shim[PATH_MAX];
    struct trial trial;
    diagnosis_group(diagnosis, "timerleak");
    examine_shim(diagnosis, shim, &trial);
    examine_environment(diagnosis);
    examine_stacks(diagnosis, &trial);
    examine_kernel(diagnosis, &trial);
    examine_tracing(diagnosis);
    examine_limits(diagnosis);
    examine_directories(diagnosis);
    if (command)
        examine_program(diagnosis, command, shim);
}

int command_doctor(const struct command *command, int argc, char **argv)
{
    struct settings settings;
    settings_init(&settings);
    int words = arguments_parse_before(argc, argv, command->options, &settings);
    if (words < 0)
        return EXIT_USAGE;

    struct diagnosis diagnosis = {0};
    doctor_examine(&diagnosis, words > 0 ? argv[1] : NULL);
    if (settings.json)
        diagnosis_write_json(stdout, &diagnosis);
    else
        diagnosis_print(stdout, &diagnosis);
    bool ready = diagnosis_count(&diagnosis, HEALTH_NO) == 0;
    diagnosis_free(&diagnosis);
    return ready ? EXIT_OK : EXIT_LEAK;
}
