// The paper: every answer is kept and sent as it is given; the page always says what the server has.

const version = new URL(import.meta.url).search; // the same stamp for all our modules
const [{ Outbox }, { Sender }, { Clock, asClock }, { fieldsOf, isEmpty, isTyped }] = await Promise.all(
  ["./outbox.js", "./sender.js", "./clock.js", "./answers.js"].map((name) => import(name + version)),
);

const form = document.getElementById("paper");
const words = JSON.parse(form.dataset.words);
const attempt = Number(form.dataset.attempt);
const find = (name) => document.querySelector(`[data-${name}]`);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

/* Items --------------------------------------------------------------------------------------------- */

const TYPING_PAUSE_MS = 800;

const items = new Map(
  await Promise.all([...form.querySelectorAll("[data-position]")].map(async (element) => {
    const position = Number(element.dataset.position);
    return [position, {
      position,
      element,
      fields: await fieldsOf(element, form.dataset.orderingUrl, () => answer(items.get(position))),
      typing: null, // the timer of a text that is being typed and not kept yet
      links: [...document.querySelectorAll(`[data-goto="${position}"]`)],
      flag: element.querySelector("[data-flag]"),
      clear: element.querySelector("[data-clear]"),
      seq: Number(element.dataset.seq),
    }];
  })),
);

const isAnswered = (item) => !isEmpty(item.fields.read());
const isFlagged = (item) => item.flag.getAttribute("aria-pressed") === "true";
const positions = (wanted) => [...items.values()].filter(wanted).map((item) => item.position);
const listed = (numbers) => numbers.join(words.separator);

const show = (item, response) => {
  item.fields.show(response);
  paint(item);
};

const paint = (item) => {
  const state = [isAnswered(item) ? words.answered : words.open];
  if (isFlagged(item)) state.push(words.flagged);
  for (const link of item.links) {
    link.classList.toggle("is-answered", isAnswered(item));
    link.classList.toggle("is-flagged", isFlagged(item));
    link.querySelector("[data-goto-state]").textContent = state.join(words.separator);
  }
  item.clear.hidden = !isAnswered(item);
  find("answered").textContent = positions(isAnswered).length;
  find("summary").textContent = summary().join(" ");
};

const summary = () => {
  const open = positions((item) => !isAnswered(item));
  const flagged = positions(isFlagged);
  const lines = [open.length ? fill(words.unanswered, { n: open.length, list: listed(open) }) : words.all_answered];
  if (flagged.length) lines.push(fill(words.flagged_list, { list: listed(flagged) }));
  return lines;
};

/* Words to the candidate ------------------------------------------------------------------------------ */

const saveState = find("save-state");
const announce = (text) => {
  find("announce").textContent = text;
};
const say = (text, tone) => {
  saveState.textContent = text;
  saveState.className = `save-state ${tone}`;
};
const notice = (text, { login = false } = {}) => {
  find("notice").hidden = false;
  find("notice-words").textContent = text;
  find("login").hidden = !login;
};
const timeOfDay = (at) =>
  new Date(at).toLocaleTimeString(document.documentElement.lang, {
    hourCycle: "h23",
    timeZone: form.dataset.zone,
  });

let wasOffline = false;
const progress = (state) => {
  const n = outbox.kept; // the page never counts an answer that would be lost with it
  if (state === "saving" && !wasOffline) say(words.saving, "is-saving");
  if (state === "retrying") say(fill(words.retrying, { n }), "is-offline");
  if (state === "offline") say(n ? fill(words.offline, { n }) : words.gone_offline, "is-offline");
  if ((state === "offline" || state === "retrying") && !wasOffline) {
    wasOffline = true;
    announce(words.gone_offline);
  }
  if (state === "idle") {
    if (wasOffline) announce(words.back_online);
    wasOffline = false;
    find("notice").hidden = true;
  }
};

/* Saving ------------------------------------------------------------------------------------------------ */

const outbox = new Outbox(attempt);
const channel = "BroadcastChannel" in window ? new BroadcastChannel(`lms-exam-${attempt}`) : null;
let highest = Math.max(0, ...[...items.values()].map((item) => item.seq));
// Time of day as a number, but always above every number seen: two tabs and two devices stay in order.
const nextSeq = () => {
  highest = Math.max(Date.now(), highest + 1);
  return highest;
};

const adopt = (position, seq, response) => {
  const item = items.get(position);
  if (!item || seq <= item.seq) return false;
  highest = Math.max(highest, seq);
  item.seq = seq;
  show(item, response);
  return true;
};

const sender = new Sender(
  outbox,
  { save: form.dataset.saveUrl, state: form.dataset.stateUrl },
  form.dataset.csrf,
  {
    progress,
    saved(entry, reply) {
      const item = items.get(entry.position);
      highest = Math.max(highest, reply.seq);
      if (!isTimeUp && !isLeaving) clock.set(reply.remaining_s);
      if (reply.response && !outbox.get(entry.position)) {
        // Another tab or device answered later: what the server has is what counts, so show that.
        item.seq = reply.seq;
        show(item, reply.response);
        notice(fill(words.elsewhere, { n: entry.position }));
      }
      if (!outbox.size) say(`${words.saved} ${timeOfDay(reply.saved_at)}`, "is-saved");
    },
    closed: () => leave(),
    refused: (entry) => notice(fill(words.refused, { n: entry.position })),
    signedOut: () => notice(fill(words.signed_out, { n: outbox.size }), { login: true }),
  },
);

const answer = async (item) => {
  clearTimeout(item.typing);
  item.typing = null;
  const seq = nextSeq();
  const response = item.fields.read();
  item.seq = seq;
  paint(item);
  await outbox.put(item.position, seq, response);
  channel?.postMessage({ position: item.position, seq, response });
  sender.run();
};

// A text is kept when the typing pauses or ends, not letter by letter.
const typed = (item) => {
  clearTimeout(item.typing);
  item.typing = setTimeout(() => answer(item), TYPING_PAUSE_MS);
  paint(item);
};
const keepTyped = () => Promise.all([...items.values()].filter((item) => item.typing !== null).map(answer));

channel?.addEventListener("message", ({ data }) => {
  adopt(data.position, data.seq, data.response);
});

/* The end ------------------------------------------------------------------------------------------------ */

let isLeaving = false;
const leave = () => {
  isLeaving = true;
  location.replace(form.dataset.resultUrl);
};

const submit = () => {
  isLeaving = true;
  clock.stop();
  // Everything is on the server already; what another tab saved later must not be overwritten from here.
  form.elements.with_answers.value = "0";
  for (const item of items.values()) item.element.disabled = true;
  form.action = form.dataset.submitUrl;
  form.submit();
};

const dialog = find("dialog");
let submitWhenEmpty = false;

const trySubmit = async () => {
  submitWhenEmpty = true;
  await keepTyped();
  await sender.hurry();
  if (!submitWhenEmpty || sender.isStopped) return;
  if (!outbox.size) {
    submit();
    return;
  }
  const waiting = outbox.list().map((entry) => entry.position).sort((one, other) => one - other);
  find("dialog-state").textContent = fill(
    navigator.onLine ? words.waiting_upload : words.cannot_upload,
    { n: waiting.length, list: listed(waiting) },
  );
  setTimeout(() => submitWhenEmpty && trySubmit(), 3000);
};

find("submit").addEventListener("click", (event) => {
  event.preventDefault();
  find("dialog-words").replaceChildren(
    ...summary().map((line) => Object.assign(document.createElement("p"), { textContent: line })),
  );
  find("dialog-state").textContent = "";
  find("dialog-yes").disabled = false;
  dialog.showModal();
});
find("dialog-yes").addEventListener("click", () => {
  find("dialog-yes").disabled = true;
  trySubmit();
});
find("dialog-back").addEventListener("click", () => dialog.close());
dialog.addEventListener("close", () => {
  submitWhenEmpty = false;
});

// Time is up: the server closes the attempt by itself; the page only goes where the result is.
let isTimeUp = false;
const timeUp = async () => {
  isTimeUp = true;
  announce(words.time_up);
  say(words.time_up, "is-saving");
  for (const item of items.values()) item.element.disabled = true;
  const state = await sender.state();
  if (state && state.state === "open" && state.remaining_s > 0) {
    resume(state); // more time was given
  } else if (state) {
    sender.stop();
    submit();
  } else {
    notice(words.time_up_offline);
    setTimeout(timeUp, 4000);
  }
};

const resume = (state) => {
  isTimeUp = false;
  for (const item of items.values()) item.element.disabled = false;
  clock.set(state.remaining_s);
  for (const [position, stored] of Object.entries(state.responses)) {
    adopt(Number(position), stored.seq, stored.response);
  }
};

/* Coming back: from sleep, from another application, from the browser's memory ------------------------------ */

const comeBack = async () => {
  if (isLeaving || isTimeUp) return;
  await keepTyped();
  if (document.visibilityState !== "visible") return;
  const state = await sender.state();
  if (!state) return;
  if (state.state !== "open") {
    leave();
    return;
  }
  resume(state);
  sender.hurry();
};
document.addEventListener("visibilitychange", comeBack);
window.addEventListener("pageshow", (event) => event.persisted && comeBack());
window.addEventListener("beforeunload", (event) => {
  keepTyped();
  if (outbox.size && !isLeaving) event.preventDefault();
});

/* The clock ---------------------------------------------------------------------------------------------------- */

const clockFace = find("clock");
const clock = new Clock({
  onTick(left) {
    clockFace.textContent = asClock(left);
    clockFace.classList.toggle("is-short", left <= 300 && left > 60);
    clockFace.classList.toggle("is-last", left <= 60);
  },
  onAnnounce: (minutes) => announce(fill(words.minutes_left, { n: minutes })),
  onEnd: timeUp,
});
clockFace.addEventListener("click", () => {
  const left = clock.seconds;
  announce("");
  // A screen reader speaks a text only when it changes.
  setTimeout(() => announce(fill(words.time_left, { m: Math.floor(left / 60), s: left % 60 })), 50);
});

/* Flags and the place where one is -------------------------------------------------------------------------------- */

const flagStore = `lms-exam-flags-${attempt}`;
const readFlags = () => {
  try {
    return JSON.parse(localStorage.getItem(flagStore) ?? "[]");
  } catch {
    return [];
  }
};
const writeFlags = () => {
  try {
    localStorage.setItem(flagStore, JSON.stringify(positions(isFlagged)));
  } catch {
    // a private window forgets them
  }
};

const jump = document.querySelector(".paper-jump");
for (const item of items.values()) {
  item.flag.hidden = false;
  item.flag.addEventListener("click", () => {
    item.flag.setAttribute("aria-pressed", String(!isFlagged(item)));
    writeFlags();
    paint(item);
  });
  item.clear.addEventListener("click", () => {
    show(item, {});
    item.element.querySelector(".option input, .control:not([hidden] *), button:not([data-clear], [data-flag])")?.focus();
    answer(item);
  });
  item.element.addEventListener("change", ({ target }) => {
    if (!isTyped(target) || item.typing !== null) answer(item);
  });
  item.element.addEventListener("input", ({ target }) => isTyped(target) && typed(item));
  for (const link of item.links) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      jump.open = false;
      item.element.scrollIntoView();
      item.element.focus({ preventScroll: true });
    });
  }
}

const sight = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      for (const link of items.get(Number(target.dataset.position)).links) {
        link.classList.toggle("is-current", isIntersecting);
      }
    }
  },
  { rootMargin: "-50% 0px -49.9% 0px" },
);

/* Begin -------------------------------------------------------------------------------------------------------------- */

await outbox.open();
for (const entry of outbox.list()) {
  const item = items.get(entry.position);
  // The server's answer wins, unless what was left here is newer and never arrived.
  if (!item || entry.seq <= item.seq) await outbox.drop(entry.position, entry.seq);
  else adopt(entry.position, entry.seq, entry.response);
}
const flags = new Set(readFlags());
for (const item of items.values()) {
  item.flag.setAttribute("aria-pressed", String(flags.has(item.position)));
  paint(item);
  sight.observe(item.element);
}
find("save-all").hidden = true;
clockFace.hidden = false;
clock.set(Number(form.dataset.remaining));
if (outbox.size) sender.run();
else say(words.idle, "is-saved");
form.dataset.ready = "";
