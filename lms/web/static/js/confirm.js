// Asks before a form that carries data-confirm is sent. Without this script the form is simply sent.

const agreed = new WeakSet();

const WORDS = document.documentElement.lang === "en" ? { no: "Cancel" } : { no: "先不" };

const element = (tag, className, text = "") => {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
};

const ask = (form, button) => {
  const dialog = element("dialog", "confirm");
  const words = element("p", "confirm-words", form.dataset.confirm);
  const actions = element("div", "confirm-actions");
  const no = element("button", "button button-secondary", WORDS.no);
  const yes = element("button", "", button.textContent.trim());
  yes.className = button.className;
  no.type = yes.type = "button";
  words.id = "confirm-words";
  dialog.setAttribute("aria-labelledby", words.id);
  actions.append(no, yes);
  dialog.append(words, actions);
  no.addEventListener("click", () => dialog.close());
  yes.addEventListener("click", () => {
    agreed.add(form);
    dialog.close();
    button.click();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
};

document.addEventListener(
  "submit",
  (event) => {
    const form = event.target;
    const button = event.submitter ?? form.querySelector("button[type=submit]");
    if (!form.dataset.confirm || !button || agreed.delete(form)) return;
    if (typeof HTMLDialogElement === "undefined") return;
    event.preventDefault();
    ask(form, button);
  },
  true,
);
