// The attempt is being closed: look again in a few seconds. Without script there is the button.

setTimeout(() => location.reload(), 5000);
