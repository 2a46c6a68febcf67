#include "exports/html/data.h"

#include "exports/html/data_parts.h"
#include "exports/html/tree.h"
#include "profile/history.h"

static json_t *types_of(const struct stacks *stacks)
{
    json_t *types = json_array();
    for (size_t i = 0; i < SAMPLE_TYPES; i++) {
        json_t *type = json_object();
        json_object_set_new(type, "name", json_string(sample_at(i)->name));
        json_object_set_new(type, "unit", json_string(sample_at(i)->unit));
        json_object_set_new(type, "total", json_count(stacks->totals[i]));
        json_array_append_new(types, type);
    }
    return types;
}

static json_t *node_column(const struct tree *tree, const struct stacks *stacks, size_t value)
{
    json_t *column = json_array();
    for (size_t i = 0; stacks->totals[value] > 0 && i < tree->count; i++)
        json_array_append_new(column, json_count(tree->nodes[i].values[value]));
    return column;
}

static json_t *node_name(struct names *names, const struct tree_node *node)
{
    return node->function == TREE_OTHER ? json_integer(-1) : names_number(names, node->function);
}

json_t *data_tree(struct names *names)
{
    struct tree tree;
    json_t *json = json_object(), *parents = json_array(), *functions = json_array();
    json_t *values = json_array();
    tree_make(&tree, names->stacks);
    for (size_t i = 0; i < tree.count; i++) {
        json_array_append_new(parents, json_integer(tree.nodes[i].parent));
        json_array_append_new(functions, node_name(names, &tree.nodes[i]));
    }
    for (size_t i = 0; i < SAMPLE_TYPES; i++)
        json_array_append_new(values, node_column(&tree, names->stacks, i));
    json_object_set_new(json, "cut", json_real(tree.cut));
    json_object_set_new(json, "parent", parents);
    json_object_set_new(json, "name", functions);
    json_object_set_new(json, "leaking", node_column(&tree, names->stacks, STACK_LEAKING));
    json_object_set_new(json, "values", values);
    tree_free(&tree);
    return json;
}

static bool is_running(const struct profile *profile)
{
    for (size_t i = 0; i < profile->process_count; i++) {
        if (profile->processes[i]->alive)
            return true;
    }
    return false;
}

static json_t *data_of(struct profile *profile, const struct selection *selection)
{
    struct stacks stacks;
    struct names names;
    json_t *json = json_object();
    stacks_make(&stacks, selection);
    names_begin(&names, &stacks);
    json_object_set_new(json, "duration", json_count(history_duration(profile)));
    json_object_set_new(json, "running", json_boolean(is_running(profile)));
    json_object_set_new(json, "types", types_of(&stacks));
    json_object_set_new(json, "tree", data_tree(&names));
    json_object_set_new(json, "functions", data_functions(&names));
    json_object_set_new(json, "graphs", data_graphs(&names, profile));
    json_object_set_new(json, "histories", data_histories(profile));
    json_object_set_new(json, "sites", json_count(profile->site_count));
    json_object_set(json, "names", names.names);
    json_object_set(json, "places", names.places);
    names_end(&names);
    stacks_free(&stacks);
    return json;
}

/* All samples: there is no expression that could be wrong. */
json_t *html_data(struct profile *profile)
{
    const struct selection_options options = {.type = sample_at(SAMPLE_LIVE), .zeros = true};
    struct selection selection;
    char error[ERROR_SIZE];
    json_t *json = NULL;
    if (selection_make(&selection, profile, &options, NULL, error))
        json = data_of(profile, &selection);
    selection_free(&selection);
    return json;
}
