// A page that answered a form takes the place of the page with the form in the browser's history.
// Then "Back" loads that page anew; without this script the browser asks whether to send again.
"use strict";
(() => {
  const before = document.referrer ? new URL(document.referrer) : null;
  const form = before && before.origin === location.origin ? before.href : location.href;
  history.replaceState(history.state, "", form);
})();
