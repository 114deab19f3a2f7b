"""What all pages for citizens share: who is here, what they may ask, and how a page is shown."""
