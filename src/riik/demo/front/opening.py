"""Showing the front page to whoever sits at this machine, where there is a browser with windows."""

import webbrowser
from threading import Thread

__all__ = ["open_browser"]


def open_browser(address: str) -> bool:
    """Open the address in the machine's browser; False where nobody would see it.

    Without a display Python finds browsers of the terminal at most, which would take it away.
    The call is made beside the loop: some systems take their time.
    """
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    has_windows = isinstance(browser, webbrowser.BackgroundBrowser)
    if isinstance(browser, webbrowser.GenericBrowser) and not has_windows:
        return False
    Thread(target=browser.open, args=(address,), daemon=True).start()
    return True
