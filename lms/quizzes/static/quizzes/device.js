// A random name of this browser, so that a paper that goes on somewhere else is noticed. It says nothing about anybody.

const STORE = "lms-exam-device";

const invent = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

export const deviceName = () => {
  try {
    const known = localStorage.getItem(STORE);
    if (known) return known;
    const name = invent();
    localStorage.setItem(STORE, name);
    return name;
  } catch {
    return invent(); // a private window is another device each time
  }
};
