// Helps a marker: adds up what is chosen, and puts earlier comments into the new one. Everything works without it.

const form = document.querySelector("[data-marking]");

function chosen(criterion) {
  const field = criterion.querySelector("input[type=radio]:checked, input[type=number]");
  return field && field.value !== "" ? Number(field.value) : null;
}

function addUp() {
  const values = [...form.querySelectorAll("[data-criterion]")].map(chosen);
  const whole = Number(form.dataset.whole) || Number(form.dataset.max);
  const known = values.every((value) => value !== null && Number.isFinite(value));
  const sum = values.reduce((before, value) => before + (value ?? 0), 0);
  const points = Math.round((sum / whole) * Number(form.dataset.max) * 100 + 1e-6) / 100;
  form.querySelector("[data-sum]").textContent = known ? String(points) : "—";
}

function insert(phrase) {
  const comment = form.querySelector("textarea");
  const before = comment.value.trimEnd();
  comment.value = before ? `${before}\n${phrase}` : phrase;
  comment.focus();
  comment.setSelectionRange(comment.value.length, comment.value.length);
}

if (form) {
  form.querySelector("[data-total]").hidden = false;
  form.addEventListener("input", addUp);
  addUp();
  const phrases = form.querySelector("[data-phrases]");
  if (phrases) {
    phrases.hidden = false;
    phrases.addEventListener("click", (event) => {
      const button = event.target.closest("[data-phrase]");
      if (button) insert(button.dataset.phrase);
    });
  }
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}
