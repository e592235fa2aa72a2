// Several lines pasted into one row become a row each: a column of Excel, options typed in Word or in a chat. A second
// column is what belongs to the row: the explanation of an option, the points of a rubric, the other half of a pair.

const AT_MOST = 30;
const MARK = /^\s*(?:[A-Za-z]\s*[.．、:：)）]|[（(][A-Za-z\d]{1,2}[)）]|\d{1,2}\s*[.．、)）])\s*/;
const SECOND = { option: "feedback", rubric: "points", premise: "choice" };

/** Cells of pasted lines; none where it is one line, or more columns than a row has. */
export const cellsOf = (text, kind) => {
  const lines = text
    .replaceAll("\r\n", "\n")
    .split("\n")
    .filter((line) => line.trim());
  const rows = lines.map((line) => line.split("\t").map((cell) => cell.trim()));
  const columns = Math.max(0, ...rows.map((cells) => cells.length));
  if (rows.length < 2 || rows.length > AT_MOST || columns > (kind in SECOND ? 2 : 1)) return [];
  // Letters and numbers in front of every line say the order that the rows have anyway.
  if (rows.every(([first]) => MARK.test(first))) {
    for (const cells of rows) cells[0] = cells[0].replace(MARK, "");
  }
  return rows;
};

const put = (field, text) => {
  if (!field || !text) return;
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
};

export const startLines = (form, { listOf, addChoice, say, words }) => {
  form.addEventListener(
    "paste",
    (event) => {
      const field = event.target;
      const row = field.closest?.("[data-row]");
      const list = row && "line" in field.dataset ? listOf(row) : null;
      if (!list) return;
      const kind = list.kind;
      const cells = cellsOf(event.clipboardData.getData("text/plain"), kind);
      if (!cells.length) return;
      event.preventDefault();
      event.stopPropagation();
      let here = row;
      for (const [text, second] of cells) {
        here = list.blankFrom(here);
        put(here.querySelector("[data-line]"), text);
        if (!second) continue;
        if (kind === "premise") addChoice(here, second);
        else put(here.querySelector(`[name$=".${SECOND[kind]}"]`), second);
        for (const note of here.querySelectorAll("[data-note-said]")) note.textContent = second;
      }
      here.querySelector("[data-line]").focus();
      say(words.split.replace("{n}", cells.length));
    },
    true,
  );
};
