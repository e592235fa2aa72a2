// Buttons above a text: bold, list, table. And room for what is written.

/** Put text where the cursor is, so that it can be undone. */
export const insertAt = (field, text, from = text.length, to = from) => {
  field.focus();
  const start = field.selectionStart;
  if (!document.execCommand("insertText", false, text)) {
    field.setRangeText(text, start, field.selectionEnd, "end");
    field.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText", data: text }));
  }
  field.setSelectionRange(start + from, start + to);
};

const chosen = (field) => field.value.slice(field.selectionStart, field.selectionEnd);

const bold = (field) => {
  const text = chosen(field);
  const isBold = text.startsWith("**") && text.endsWith("**") && text.length > 4;
  const written = isBold ? text.slice(2, -2) : `**${text}**`;
  insertAt(field, written, isBold ? 0 : 2, isBold ? written.length : written.length - 2);
};

/** Lines of which some are chosen become a list; on an empty line one begins. */
const list = (field) => {
  const text = chosen(field);
  const before = field.value.slice(0, field.selectionStart);
  const lead = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  const lines = (text || "").split("\n").map((line) => (line.startsWith("- ") ? line : `- ${line}`));
  insertAt(field, lead + lines.join("\n"));
};

const TABLE = "| A | B |\n| --- | --- |\n|  |  |\n";
const table = (field) => {
  const before = field.value.slice(0, field.selectionStart);
  const lead = before === "" || before.endsWith("\n\n") ? "" : before.endsWith("\n") ? "\n" : "\n\n";
  insertAt(field, `${lead}${TABLE}`, lead.length + 2, lead.length + 3);
};

const TOOLS = { bold, list, table };

export const startTools = (form) => {
  for (const bar of form.querySelectorAll("[data-tools]")) {
    const field = document.getElementById(bar.dataset.tools);
    bar.hidden = false;
    bar.addEventListener("click", ({ target }) => {
      const tool = target.closest("[data-tool]")?.dataset.tool;
      if (tool) TOOLS[tool](field);
    });
  }
  form.addEventListener("keydown", (event) => {
    if (event.key !== "b" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    if (!(event.target instanceof HTMLTextAreaElement)) return;
    event.preventDefault();
    bold(event.target);
  });
  if (!CSS.supports("field-sizing", "content")) {
    const grow = (field) => {
      field.rows = Math.max(1, field.value.split("\n").length);
    };
    form.addEventListener("input", ({ target }) => {
      if (target.matches("textarea.row-text")) grow(target);
    });
    form.querySelectorAll("textarea.row-text").forEach(grow);
  }
};
