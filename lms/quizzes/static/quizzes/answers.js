// What stands in the fields of one item, as a response, and back. Names of fields say the shape: r3 for options,
// r3:text, r3:pair:<premise>, r3:place:<step> and r3:gap:<gap>:chosen or :text.

const version = new URL(import.meta.url).search;

const inner = (input) => input.name.replace(/^r\d+:?/, "");
const isChoice = (input) => input.type === "checkbox" || input.type === "radio";
const valuesOf = (inputs) =>
  inputs.filter((input) => !isChoice(input) || input.checked).map((input) => input.value).filter(Boolean);
const only = (name, value) => (Array.isArray(value) ? value.length : Object.keys(value).length) ? { [name]: value } : {};
const put = (input, value) => {
  if (isChoice(input)) input.checked = Boolean(value) && value.includes(input.value);
  else if (input.value !== (value ?? "")) input.value = value ?? "";
};

class Choice {
  constructor(inputs) {
    this.inputs = inputs;
  }
  read() {
    return only("chosen", valuesOf(this.inputs).sort());
  }
  show(response) {
    for (const input of this.inputs) put(input, response.chosen ?? []);
  }
}

class Text {
  constructor(inputs) {
    [this.input] = inputs;
  }
  read() {
    return this.input.value.trim() ? { text: this.input.value } : {};
  }
  show(response) {
    put(this.input, response.text);
  }
}

class Pairs {
  constructor(inputs) {
    this.selects = new Map(inputs.map((input) => [inner(input).slice("pair:".length), input]));
  }
  read() {
    const chosen = [...this.selects].filter(([, select]) => select.value);
    return only("pairs", Object.fromEntries(chosen.map(([premise, select]) => [premise, select.value])));
  }
  show(response) {
    for (const [premise, select] of this.selects) put(select, response.pairs?.[premise]);
  }
}

class Order {
  constructor(ordering) {
    this.ordering = ordering;
  }
  read() {
    return only("order", this.ordering.order);
  }
  show(response) {
    this.ordering.order = response.order ?? [];
  }
}

class Gaps {
  constructor(inputs) {
    this.gaps = new Map();
    for (const input of inputs) {
      const [, gap] = inner(input).split(":");
      this.gaps.set(gap, [...(this.gaps.get(gap) ?? []), input]);
    }
  }
  read() {
    const filled = {};
    for (const [gap, inputs] of this.gaps) {
      const isText = inputs[0].name.endsWith(":text");
      const values = valuesOf(inputs);
      if (!values.some((value) => value.trim())) continue;
      filled[gap] = isText ? { text: values[0] } : { chosen: values.sort() };
    }
    return only("gaps", filled);
  }
  show(response) {
    for (const [gap, inputs] of this.gaps) {
      const { text, chosen } = response.gaps?.[gap] ?? {};
      for (const input of inputs) put(input, isChoice(input) ? chosen ?? [] : text ?? chosen?.[0]);
    }
  }
}

/** The fields of an item; `onChange` is called when they changed otherwise than by an event of their own. */
export const fieldsOf = async (element, orderingUrl, onChange) => {
  const list = element.querySelector("[data-order]");
  if (list) {
    const { Ordering } = await import(orderingUrl + version);
    return new Order(new Ordering(list, onChange));
  }
  const inputs = [...element.querySelectorAll("input:not([type=hidden]), select, textarea")];
  const name = inner(inputs[0]);
  if (name === "text") return new Text(inputs);
  if (name.startsWith("pair:")) return new Pairs(inputs);
  if (name.startsWith("gap:")) return new Gaps(inputs);
  return new Choice(inputs);
};

export const isEmpty = (response) => Object.keys(response).length === 0;
export const isTyped = (target) => target.matches("input[type=text], textarea");
