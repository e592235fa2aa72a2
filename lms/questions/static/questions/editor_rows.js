// A list of rows: added, removed and put back, moved by buttons, keys and by dragging the handle.

const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const PREFIXES = { premise: "p", choice: "c", rubric: "r", accepted: "" };
const LETTERS = "abcdefghijklmnopqrstuvwxyz";
const UNDO_MS = 20_000;

export class RowList {
  #list;
  #words;
  #say;
  #onChange;

  constructor(list, { words, say, onChange }) {
    this.#list = list;
    this.#words = words;
    this.#say = say;
    this.#onChange = onChange;
    this.#rows.forEach((row) => this.#prepare(row));
    this.#paint();
  }

  get #name() {
    return this.#list.dataset.rows;
  }

  /** What its rows are: option, accepted, premise, choice or rubric. */
  get kind() {
    return this.#name.split(".").at(-1);
  }

  get #rows() {
    return [...this.#list.querySelectorAll(":scope > [data-row]")];
  }

  #prepare(row) {
    const handle = row.querySelector("[data-handle]");
    handle.hidden = false;
    handle.addEventListener("pointerdown", (event) => this.#drag(row, event));
  }

  /** Signs and buttons after rows came, went or moved. */
  #paint() {
    const rows = this.#rows;
    const isLettered = "letters" in this.#list.dataset;
    rows.forEach((row, at) => {
      const sign = isLettered && at < 26 ? LETTERS[at].toUpperCase() : String(at + 1);
      for (const place of row.querySelectorAll("[data-sign]")) place.textContent = sign;
      row.querySelector('[data-act="up"]').disabled = at === 0;
      row.querySelector('[data-act="down"]').disabled = at === rows.length - 1;
    });
  }

  /** The id of a new row: after the greatest, as the server gives it. */
  #nextId() {
    const ids = this.#rows.map((row) => row.dataset.row);
    const { kind } = this;
    if (kind === "option") {
      const after = Math.max(-1, ...ids.filter((id) => id.length === 1).map((id) => LETTERS.indexOf(id))) + 1;
      const free = (letters) => [...letters].find((letter) => !ids.includes(letter));
      let id = free(LETTERS.slice(after)) ?? free(LETTERS);
      for (let number = 1; !id; number += 1) if (!ids.includes(`x${number}`)) id = `x${number}`;
      return id;
    }
    const prefix = PREFIXES[kind];
    const numbers = ids.filter((id) => id.startsWith(prefix)).map((id) => id.slice(prefix.length));
    return prefix + (Math.max(0, ...numbers.filter((text) => /^\d{1,8}$/.test(text)).map(Number)) + 1);
  }

  add() {
    const template = this.#list.parentElement.querySelector(`[data-row-of="${CSS.escape(this.#name)}"]`);
    const fresh = document.createElement("template");
    fresh.innerHTML = template.innerHTML.replaceAll("__row__", this.#nextId());
    const row = fresh.content.firstElementChild;
    this.#list.append(row);
    this.#prepare(row);
    this.#changed();
    return row;
  }

  /** A row in which nothing is written: this one, the one after it, or a new one between them. */
  blankFrom(row) {
    const isBlank = (one) => ![...one.querySelectorAll("textarea, input[type=text]")].some((field) => field.value.trim());
    if (isBlank(row)) return row;
    const after = row.nextElementSibling;
    if (after && isBlank(after)) return after;
    const fresh = this.add();
    row.after(fresh);
    this.#changed();
    return fresh;
  }

  /** Go on in the next row; after the last one, in a new one if this one says something. */
  next(row, field) {
    const rows = this.#rows;
    let other = rows[rows.indexOf(row) + 1];
    if (!other) {
      if (!field.value.trim()) return;
      other = this.add();
      this.#say(this.#words.added);
    }
    other.querySelector("[data-line]").focus();
  }

  act(row, verb, from) {
    if (verb === "remove") this.#remove(row);
    else this.#move(row, verb === "up" ? -1 : 1, from);
  }

  #nameOf(row) {
    const label = row.querySelector(".row-main label")?.textContent.replace(/\s+/g, " ").trim() ?? "";
    const text = row.querySelector("[data-line], textarea, input[type=text]")?.value.trim().slice(0, 20) ?? "";
    return text ? `${label}（${text}）` : label;
  }

  #changed() {
    this.#paint();
    this.#onChange();
  }

  #move(row, by, from) {
    const rows = this.#rows;
    const other = rows[rows.indexOf(row) + by];
    if (!other) return;
    const name = this.#nameOf(row);
    // The other row goes round this one: what has the focus is not moved, so it keeps it.
    if (by < 0) row.after(other);
    else row.before(other);
    this.#changed();
    this.#moved(row, name);
    if (from?.disabled) row.querySelector("[data-act]:not([disabled])").focus();
    else from?.focus();
  }

  #moved(row, name) {
    const rows = this.#rows;
    this.#say(fill(this.#words.moved, { name, n: rows.indexOf(row) + 1, total: rows.length }));
  }

  #remove(row) {
    const rows = this.#rows;
    const at = rows.indexOf(row);
    const name = this.#nameOf(row);
    const isBlank = ![...row.querySelectorAll("textarea, input[type=text]")].some((field) => field.value.trim());
    const next = rows[at + 1] ?? rows[at - 1];
    row.remove();
    this.#changed();
    const field = next?.querySelector("[data-line], textarea, input[type=text], select");
    (field ?? this.#list).focus();
    this.#say(fill(this.#words.removed, { name }));
    if (!isBlank) this.#offer(row, rows[at + 1], name);
  }

  /** What was written in a removed row can be put back for a while. */
  #offer(row, before, name) {
    this.#list.parentElement.querySelector(".undo")?.remove();
    const line = document.createElement("p");
    const button = document.createElement("button");
    line.className = "undo hint";
    button.className = "button button-quiet";
    button.type = "button";
    button.textContent = this.#words.undo;
    line.append(fill(this.#words.removed, { name }), button);
    const timer = setTimeout(() => line.remove(), UNDO_MS);
    button.addEventListener("click", () => {
      clearTimeout(timer);
      line.remove();
      this.#list.insertBefore(row, before?.isConnected ? before : null);
      this.#changed();
      row.querySelector("[data-line], textarea, input[type=text]").focus();
      this.#say(this.#words.back);
    });
    this.#list.after(line);
  }

  #drag(row, event) {
    if (event.button !== 0) return;
    event.preventDefault();
    const handle = event.currentTarget;
    const before = this.#rows.indexOf(row);
    handle.setPointerCapture(event.pointerId);
    row.classList.add("is-dragged");
    // The row stays where it is in the document, its neighbours go round it: a handle that is moved loses the pointer.
    const move = ({ clientY }) => {
      const isAbove = (other) => {
        const box = other.getBoundingClientRect();
        return clientY < box.top + box.height / 2;
      };
      while (row.previousElementSibling && isAbove(row.previousElementSibling)) row.after(row.previousElementSibling);
      while (row.nextElementSibling && !isAbove(row.nextElementSibling)) row.before(row.nextElementSibling);
    };
    const end = () => {
      handle.removeEventListener("pointermove", move);
      row.classList.remove("is-dragged");
      if (this.#rows.indexOf(row) === before) return;
      const name = this.#nameOf(row);
      this.#changed();
      this.#moved(row, name);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", end, { once: true });
  }
}
