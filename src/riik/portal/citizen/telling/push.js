// This browser is told too: asks for leave, subscribes (Push API), and hands it to the page's form.
"use strict";
const box = document.getElementById("this-browser");
if (box && "serviceWorker" in navigator && "PushManager" in window && "Notification" in window) {
  const form = box.querySelector("form");
  const told = box.querySelector("[role=status]");
  box.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      if (await Notification.requestPermission() !== "granted") throw new Error("refused");
      const worker = await navigator.serviceWorker.register("/inbox/push-worker.js");
      const subscription = await worker.pushManager.subscribe({
        userVisibleOnly: true,
        applicationServerKey: box.dataset.key,
      });
      form.elements.subscription.value = JSON.stringify(subscription);
      form.submit();
    } catch {
      told.textContent = told.dataset.refused;
    }
  });
}
