// The attempt has ended: nothing of it stays on this device.

const { Outbox } = await import("./outbox.js" + new URL(import.meta.url).search);
const attempt = Number(document.getElementById("forget").dataset.attempt);
const outbox = new Outbox(attempt);
await outbox.open();
await outbox.clear();
try {
  localStorage.removeItem(`lms-exam-flags-${attempt}`);
} catch {
  // a private window had none
}
