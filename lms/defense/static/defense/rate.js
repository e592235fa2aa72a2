// The rater's sheet: a running total, and a draft kept on this device until the sheet is sealed.
// Without this script the sheet works; the total then stands on the next page.

const TOP_LEVEL = 5;
const KEEP_MS = 14 * 24 * 3600 * 1000; // an abandoned draft is other people's business on a shared phone

const keyOf = (seat) => `shanggang:defense-sheet:${seat}`;

const store = {
  // Private windows and full disks refuse; then there is simply no draft.
  read(key) {
    try {
      return JSON.parse(localStorage.getItem(key) ?? "null");
    } catch {
      return null;
    }
  },
  write(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
  remove(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      /* nothing to do */
    }
  },
};

/* Sealed or called off: nothing of it stays on the device. */
const sealed = document.querySelector("[data-sealed]");
if (sealed) store.remove(keyOf(sealed.dataset.sealed));

const form = document.querySelector("form[data-sheet]");
if (form) {
  watchTotal(form);
  keepDraft(form);
}

function watchTotal(sheet) {
  const line = sheet.querySelector("[data-total]");
  const criteria = [...sheet.querySelectorAll("fieldset[data-weight]")];
  const show = () => {
    const chosen = criteria.map((each) => each.querySelector("input[type=radio]:checked")?.value);
    const done = chosen.filter((value) => value !== undefined).length;
    line.hidden = false;
    if (done < criteria.length) {
      line.textContent = line.dataset.missing.replace("{done}", done).replace("{all}", criteria.length);
    } else if (chosen.includes("none")) {
      line.textContent = line.dataset.open;
    } else {
      line.textContent = line.dataset.words.replace("{total}", total(criteria, chosen));
    }
  };
  sheet.addEventListener("change", show);
  sheet.addEventListener("drafted", show);
  show();
}

/* The verdict's own arithmetic, in whole numbers: hundredths of a percent, rounded half up. */
function total(criteria, chosen) {
  const weights = criteria.map((each) => Number(each.dataset.weight));
  const whole = weights.reduce((sum, weight) => sum + weight, 0) * TOP_LEVEL;
  const part = weights.reduce((sum, weight, index) => sum + weight * Number(chosen[index]), 0);
  const hundredths = Math.floor((part * 10000 * 2 + whole) / (2 * whole));
  return String(hundredths / 100);
}

function keepDraft(sheet) {
  const key = keyOf(sheet.dataset.sheet);
  const line = document.querySelector("[data-draft]");
  const say = (words) => {
    line.textContent = words;
    line.hidden = false;
  };
  const save = () => {
    const values = [...new FormData(sheet)].filter(([name]) => name !== "csrf_token");
    if (store.write(key, { at: Date.now(), values })) say(line.dataset.saved);
  };
  const draft = store.read(key);
  const isFresh = "fresh" in sheet.dataset;
  if (isFresh && draft && Date.now() - draft.at < KEEP_MS) {
    restore(sheet, draft.values);
    say(line.dataset.restored);
    const clear = document.createElement("button");
    clear.type = "button";
    clear.textContent = line.dataset.clear;
    clear.addEventListener("click", () => {
      store.remove(key);
      sheet.reset();
      line.hidden = true;
      sheet.dispatchEvent(new Event("drafted"));
    });
    line.append(" ", clear);
    sheet.dispatchEvent(new Event("drafted"));
  }
  sheet.addEventListener("input", save);
  sheet.addEventListener("change", save);
}

function restore(sheet, values) {
  for (const [name, value] of values) {
    for (const field of sheet.querySelectorAll(`[name="${CSS.escape(name)}"]`)) {
      if (field.type === "radio" || field.type === "checkbox") field.checked = field.value === value;
      else if (field.type !== "hidden" && field.type !== "submit") field.value = value;
    }
  }
}
