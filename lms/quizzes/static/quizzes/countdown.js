// Counts down to the opening and then offers the start button, without loading the page again.

const seconds = (left) => {
  const parts = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  return parts.map((part) => String(part).padStart(2, "0")).join(":");
};

for (const place of document.querySelectorAll("[data-countdown]")) {
  const end = performance.now() + Number(place.dataset.countdown) * 1000;
  const shown = place.querySelector("[data-left]");
  const tick = () => {
    const left = Math.max(0, Math.ceil((end - performance.now()) / 1000));
    if (left === 0) {
      clearInterval(timer);
      place.querySelector("[data-waiting]").hidden = true;
      place.querySelector("[data-ready]").hidden = false;
    } else if (left < 24 * 3600) {
      shown.textContent = seconds(left);
    }
  };
  const timer = setInterval(tick, 500);
  tick();
  // A phone that slept counted too little; ask the server anew.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && place.querySelector("[data-ready]").hidden) {
      location.reload();
    }
  });
}
