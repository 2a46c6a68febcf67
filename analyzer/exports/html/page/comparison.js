/* comparison.js - a recording beside its base: what is shown of each value is how it changed. */

function signedText(value, type) {
    return (value > 0 ? '+' : value < 0 ? '-' : '') + valueText(Math.abs(value), type);
}

function amountText(data, type, value, before) {
    return data.comparison ? signedText(value - before, type) : valueText(value, type);
}

function fromToText(type, value, before) {
    return `${valueText(before, type)} → ${valueText(value, type)}`;
}

/* All values of a type together. */
function sumText(data, type) {
    return data.comparison ?
        `${signedText(type.sum - type.base, type)} in all, ${fromToText(type, type.sum, type.base)}` :
        `${valueText(type.sum, type)} in all`;
}

/* Nothing of a type that could be drawn. */
function nothingText(data, type) {
    return data.comparison && type.sum + type.base > 0 ? `Nothing changed: ${type.name}.` :
        `There is nothing to show: no timer counts as ${type.name}.`;
}
