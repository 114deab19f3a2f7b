"""The national login's pages: how to sign in, who asks, where one is signed in, signing out."""

from riik.portal.login.page import LoginPages

__all__ = ["LoginPages"]
