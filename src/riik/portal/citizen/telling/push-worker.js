// Shows what the portal sent, and leads to the inbox; it keeps nothing and asks nothing.
"use strict";
self.addEventListener("push", (event) => {
  const told = event.data.json();
  event.waitUntil(self.registration.showNotification(told.title, {
    body: told.body,
    lang: told.language,
    tag: "inbox",
  }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(self.clients.openWindow("/inbox"));
});
