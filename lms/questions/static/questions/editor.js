// The editor of items: what its buttons do on the server happens on the page at once, by keyboard too. The server
// keeps the rules; without this script every button sends the form and gets it back changed.

const version = new URL(import.meta.url).search;
const { RowList } = await import("./editor_rows.js" + version);
const { startLines } = await import("./editor_lines.js" + version);
const { startTools, insertAt } = await import("./editor_tools.js" + version);

const form = document.querySelector("form[data-editor]");
const words = JSON.parse(form.dataset.editorWords);
const said = form.querySelector("[data-said]");

const say = (text) => {
  said.textContent = "";
  said.textContent = text;
};

/* Rows: every list of the page, also those of gaps that come later. */
const lists = new Map();
const startRows = (root) => {
  for (const list of root.querySelectorAll("[data-rows]")) {
    if (!lists.has(list)) lists.set(list, new RowList(list, { words, say, onChange: () => changed() }));
  }
};
const listOf = (element) => lists.get(element.closest("[data-rows]"));
const listNamed = (name) => lists.get(form.querySelector(`[data-rows="${CSS.escape(name)}"]`));

/* Matching: the lists of choices say what the right column says. */
const matching = form.querySelector("[data-matching]");
const paintPairs = () => {
  if (!matching) return;
  const choices = [...matching.querySelectorAll('[data-rows="choice"] > [data-row]')].map((row, at) => ({
    id: row.dataset.row,
    text: `${String.fromCharCode(65 + at)}　${row.querySelector("textarea").value.trim().slice(0, 30)}`,
  }));
  for (const select of matching.querySelectorAll("select[data-pair]")) {
    const { value } = select;
    const none = new Option(words.choose, "");
    select.replaceChildren(none, ...choices.map(({ id, text }) => new Option(text, id)));
    select.value = choices.some(({ id }) => id === value) ? value : "";
  }
};

/* Facts without which it stays a draft. */
const facts = {
  lesson: () => form.elements.lesson.value,
  point: () => form.elements.point.value.trim(),
  difficulty: () => form.querySelector("[name=difficulty]:checked")?.value ?? "",
};
const missing = document.querySelector("[data-missing]");
const factName = (name) =>
  form.querySelector(name === "difficulty" ? "#f-difficulty > legend" : `label[for=f-${name}]`).textContent.trim();
const paintMissing = () => {
  const names = Object.keys(facts).filter((name) => !facts[name]());
  missing.hidden = names.length === 0;
  missing.querySelector("[data-missing-names]").textContent = names.map(factName).join("、");
};

/* Leaving with what is not saved asks; sending the form does not. */
let isChanged = "changed" in form.dataset;
let isSending = false;
const changed = () => {
  isChanged = true;
  paintPairs();
  paintMissing();
};
form.addEventListener("input", (event) => {
  if (!event.target.closest("[data-preview-pane], [data-card-search], [data-picture-tool]")) changed();
});
form.addEventListener("change", (event) => {
  if (event.target.closest("[data-gap-type]")) sync("refresh", event.target.id);
});
const saves = [...document.querySelectorAll(".editor-bar button[type=submit]")];
form.addEventListener("submit", (event) => {
  if (event.submitter?.formTarget === "_blank") return;
  isSending = true;
  // Sent once: these buttons stand outside the form. After the event, so that the button's own value still goes along.
  setTimeout(() => {
    if (!event.defaultPrevented) for (const button of saves) button.disabled = true;
  });
});
window.addEventListener("pageshow", () => {
  isSending = false;
  for (const button of saves) button.disabled = false;
});
window.addEventListener("beforeunload", (event) => {
  if (isChanged && !isSending) event.preventDefault();
});

/* Gaps: the server reads the text and says which gaps it has. */
const gaps = form.querySelector("[data-gaps]");
let running = null;
const sync = async (asked, focus) => {
  running?.abort();
  const mine = new AbortController();
  running = mine;
  const body = new FormData(form);
  body.set("do", asked);
  try {
    const response = await fetch(location.href, { method: "POST", body, signal: mine.signal });
    if (!response.ok || response.redirected) throw new Error(`gaps: ${response.status}`);
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    if (mine.signal.aborted) return;
    const active = document.activeElement?.id;
    form.querySelector("[data-left-over]").replaceWith(page.querySelector("[data-left-over]"));
    gaps.replaceChildren(...page.querySelector("[data-gaps]").children);
    prepare(gaps);
    changed();
    document.getElementById(focus ?? active)?.focus();
  } catch (error) {
    if (mine.signal.aborted) return;
    console.warn("the gaps were not drawn again", error);
    say(words.offline);
  }
};
const markersOf = (text) => [...new Set([...text.matchAll(/\{\{([a-z0-9][a-z0-9_-]{0,15})\}\}/g)].map(([, id]) => id))];
const gapIds = () => [...gaps.querySelectorAll("[data-gap]")].map((gap) => gap.dataset.gap);
const stem = form.elements.stem;
if (gaps) {
  stem.addEventListener("change", () => {
    if (markersOf(stem.value).join() !== gapIds().join()) sync("refresh");
  });
}
const insertGap = () => {
  const known = new Set([...gapIds(), ...markersOf(stem.value)]);
  let number = 1;
  while (known.has(`g${number}`)) number += 1;
  insertAt(stem, `{{g${number}}}`);
  say(words.gap);
  sync("refresh", `f-gap-g${number}-accepted-1-text`);
};

/* Buttons. */
form.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button) return;
  const { add, act } = button.dataset;
  if ("insertGap" in button.dataset) {
    event.preventDefault();
    insertGap();
  } else if (add === "pair") {
    event.preventDefault();
    const choice = listNamed("choice").add();
    const premise = listNamed("premise").add();
    paintPairs();
    premise.querySelector("select[data-pair]").value = choice.dataset.row;
    premise.querySelector("textarea").focus();
  } else if (add) {
    event.preventDefault();
    listNamed(add).add().querySelector("textarea, input[type=text]").focus();
    say(words.added);
  } else if (act && listOf(button)) {
    event.preventDefault();
    listOf(button).act(button.closest("[data-row]"), act, button);
  }
});

/** The other half of a pair that was pasted: in the choice that the row has, or in a new one. */
const addChoice = (row, text) => {
  const select = row.querySelector("select[data-pair]");
  const list = listNamed("choice");
  const has = () => matching.querySelector(`[data-rows="choice"] > [data-row="${CSS.escape(select.value)}"]`);
  const known = select.value ? has() : null;
  const choice = known && !known.querySelector("textarea").value.trim() ? known : list.add();
  choice.querySelector("textarea").value = text;
  paintPairs();
  select.value = choice.dataset.row;
};
startLines(form, { listOf, addChoice, say, words });

/* Keys. */
const isWriting = (event) => event.isComposing || event.keyCode === 229;
form.addEventListener("keydown", (event) => {
  const { target } = event;
  if (isWriting(event)) return;
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    form.requestSubmit(document.querySelector("[data-save]"));
    return;
  }
  const row = target.closest("[data-row]");
  const list = row && listOf(row);
  if (list && event.altKey && target.localName !== "select" && ["ArrowUp", "ArrowDown"].includes(event.key)) {
    event.preventDefault();
    list.act(row, event.key === "ArrowUp" ? "up" : "down", target);
    return;
  }
  if (event.key !== "Enter" || event.shiftKey) return;
  if (list && "line" in target.dataset) {
    event.preventDefault();
    list.next(row, target);
  } else if (target.matches("input:not([type=checkbox], [type=radio], [type=file])")) {
    event.preventDefault(); // the form is not sent by chance
  }
});

/* What a closed explanation says is seen beside its name. */
form.addEventListener(
  "toggle",
  ({ target }) => {
    const place = target.querySelector("[data-note-said]");
    if (place) place.textContent = target.querySelector("textarea").value.trim().slice(0, 60);
  },
  true,
);

/* Cards: found by their words. */
const search = form.querySelector("[data-card-search]");
if (search) {
  search.hidden = false;
  const cards = [...form.querySelectorAll(".card-choices.is-list > li")];
  const count = search.querySelector("[data-card-count]");
  search.querySelector("input").addEventListener("input", ({ target }) => {
    const asked = target.value.trim().toLowerCase().split(/\s+/);
    const found = cards.filter((card) => {
      const text = card.textContent.toLowerCase();
      card.hidden = !asked.every((word) => text.includes(word));
      return !card.hidden;
    });
    count.textContent = target.value.trim() ? String(found.length) : "";
  });
}

const prepare = (root) => {
  for (const button of root.querySelectorAll("[data-only-plain]")) button.hidden = true;
  startRows(root);
};
prepare(form);
startTools(form);
paintPairs();
document.querySelector("[data-keys]").hidden = false;
form.dataset.ready = "";
