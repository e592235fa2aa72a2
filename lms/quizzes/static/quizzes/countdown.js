// Counts down to the opening and then offers the start button, without loading the page again.
//
// Ten minutes before, what the paper needs is fetched; at the opening the button appears a little later for some than
// for others, so that a whole hall does not press in the same second. The exam's clock begins with the press: nobody
// loses time by it.

const WARM_BEFORE = 600;

const seconds = (left) => {
  const parts = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
};

const count = (place) => {
  const end = performance.now() + Number(place.dataset.countdown) * 1000;
  const jitter = Math.random() * Number(place.dataset.jitter ?? 0) * 1000;
  const part = (name) => place.querySelector(`[data-${name}]`);
  let isWarm = false;
  let isOpening = false;

  const warm = () => {
    isWarm = true;
    const links = part("warm");
    if (links) document.head.append(links.content.cloneNode(true));
  };
  const open = () => {
    isOpening = true;
    clearInterval(timer);
    part("waiting").hidden = true;
    if (part("soon")) part("soon").hidden = false;
    setTimeout(() => {
      if (part("soon")) part("soon").hidden = true;
      part("ready").hidden = false;
    }, jitter);
  };
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    if (left <= WARM_BEFORE && !isWarm) warm();
    if (left === 0) open();
    else if (left < 24 * 3600) part("left").textContent = seconds(left);
  };
  const timer = setInterval(tick, 500);
  tick();
  // A phone that slept counted too little; ask the server anew.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && !isOpening) location.reload();
  });
};

document.querySelectorAll("[data-countdown]").forEach(count);
