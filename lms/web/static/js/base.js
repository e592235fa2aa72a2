// Polish that no page depends on: menus close, forms are sent once, dates are said in words, and what
// scrolls can be reached.

const BUSY_MS = 8000; // a form that answers with a download leaves the page standing

/* Menus: one open at a time; Escape and a press elsewhere close them. */
const menus = [...document.querySelectorAll("details.menu")];
const close = (menu) => {
  if (menu.open) menu.open = false;
};
document.addEventListener("click", (event) => {
  menus.filter((menu) => !menu.contains(event.target)).forEach(close);
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of menus.filter((each) => each.open)) {
    close(menu);
    menu.querySelector("summary").focus();
  }
});

/* Sent once: the pressed button is busy until the next page, or until this one is shown again. */
const free = (button) => {
  button.disabled = false;
  button.removeAttribute("aria-busy");
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  // After the event, so that the button's own name and value still go with the form.
  setTimeout(() => {
    if (event.defaultPrevented) return;
    for (const button of form.querySelectorAll("button[type=submit]")) {
      button.disabled = true;
      button.setAttribute("aria-busy", "true");
      setTimeout(free, BUSY_MS, button);
    }
  });
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("button[aria-busy=true]").forEach(free);
});

/* A date said in full, with its weekday, under the field that holds it. */
const says = (input) => {
  const value = input.value;
  if (!value) return "";
  const at = new Date(input.type === "date" ? `${value}T00:00` : value);
  if (Number.isNaN(at.getTime())) return "";
  const shape = { year: "numeric", month: "long", day: "numeric", weekday: "long" };
  if (input.type !== "date") Object.assign(shape, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  return new Intl.DateTimeFormat(document.documentElement.lang, shape).format(at);
};
for (const input of document.querySelectorAll("input[type=datetime-local], input[type=date]")) {
  const echo = document.createElement("p");
  echo.className = "field-echo";
  input.after(echo);
  const show = () => {
    echo.textContent = says(input);
    echo.hidden = !echo.textContent;
  };
  input.addEventListener("input", show);
  show();
}

/* What scrolls sideways can be scrolled by keyboard, and says what it is. */
for (const box of document.querySelectorAll(".table-wrap, .rating-grid")) {
  if (box.scrollWidth <= box.clientWidth || box.querySelector("a, button, input")) continue;
  box.tabIndex = 0;
  const name = box.querySelector("caption") ?? box.closest("section")?.querySelector("h2") ?? document.querySelector("h1");
  if (box.hasAttribute("aria-label") || !name) continue;
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", name.textContent.trim());
}

/* A summary of errors is the first thing to read. */
document.querySelector(".form-errors")?.focus();
