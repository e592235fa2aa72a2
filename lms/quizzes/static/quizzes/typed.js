// Typing by keyboard only: Enter goes to the next field, Ctrl + Enter saves; the line says how far it is.
// Without script Tab does the same, and the server counts.

const form = document.querySelector("[data-typed]");

if (form) {
  const fields = [...form.querySelectorAll("input.control, textarea.control")];
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      form.requestSubmit();
      return;
    }
    const at = fields.indexOf(event.target);
    const isLong = event.target.matches("textarea:not(.typed-line)");
    if (at < 0 || isLong) return;
    event.preventDefault();
    const next = fields[at + 1];
    if (next) {
      next.focus();
      next.select();
    } else {
      form.querySelector('[type="submit"]').focus();
    }
  });
  form.querySelector("[data-keys]").hidden = false;

  const line = form.querySelector("#line");
  const read = form.querySelector("[data-line-read]");
  if (line && read) {
    const say = () => {
      const count = line.value.split(/[\s,，;；]+/).filter(Boolean).length;
      read.hidden = count === 0;
      read.textContent = read.dataset.words.replace("{n}", count).replace("{total}", read.dataset.total);
    };
    line.addEventListener("input", say);
    say();
  }

  // What was typed must not be lost by a slip of the hand.
  let isSaving = false;
  form.addEventListener("submit", () => {
    isSaving = true;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!isSaving && fields.some((field) => field.value !== field.defaultValue)) event.preventDefault();
  });
}
