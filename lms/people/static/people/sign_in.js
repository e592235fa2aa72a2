// When a whole cohort signs in at once, some have to wait a moment: the page says so and tries again by itself.

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const watch = () => {
  const form = document.querySelector("form[data-sign-in]");
  if (form === null) return; // another page came, such as an error's
  const state = form.querySelector("[data-sign-in-state]");
  const button = form.querySelector("button[type=submit]");

  const showBusy = (busy) => {
    button.disabled = busy;
    button.toggleAttribute("aria-busy", busy);
    if (busy) button.setAttribute("aria-busy", "true");
  };

  /** Send the form until somebody has time for it; null when there is no line. */
  const send = async () => {
    const body = new FormData(form);
    for (;;) {
      const answer = await fetch(form.action, {
        method: "POST",
        body,
        headers: { "X-Says-Where": "1" },
        credentials: "same-origin",
      }).catch(() => null);
      if (answer?.status !== 503) return answer;
      state.textContent = form.dataset.waiting;
      const seconds = Number(answer.headers.get("Retry-After")) || 2;
      await pause(seconds * 1000 * (0.5 + Math.random()));
    }
  };

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    showBusy(true);
    const answer = await send();
    if (answer === null) {
      state.textContent = form.dataset.offline;
      showBusy(false);
      return;
    }
    if (answer.headers.get("Content-Type")?.includes("json")) {
      location.assign((await answer.json()).location);
      return;
    }
    // A page: what was wrong stands in it.
    const page = await answer.text();
    document.open();
    document.write(page);
    document.close();
    watch(); // a module runs once a window, so the new page's own does not
  });
};

watch();
