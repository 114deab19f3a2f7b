"""What clients read before they ask: the provider's metadata.

OpenID Connect Discovery 1.0 §3, with RFC 8414, RFC 9207 and the logout specifications'
members. The same text stands at the standard's address and at TARA's. Pure.
"""

from typing import Any

from riik.login.model import Level, Method
from riik.login.oidc.model import METHOD_SCOPES, PAYMENT

__all__ = ["metadata"]


def metadata(issuer: str) -> dict[str, Any]:
    """The metadata of the login whose origin is ``issuer``."""
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oidc/authorize",
        "token_endpoint": f"{issuer}/oidc/token",
        "userinfo_endpoint": f"{issuer}/oidc/profile",
        "jwks_uri": f"{issuer}/oidc/jwks",
        "end_session_endpoint": f"{issuer}/oidc/logout",
        "scopes_supported": ["openid", "profile", *sorted(METHOD_SCOPES)],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "code_challenge_methods_supported": ["S256"],
        "acr_values_supported": [level.value for level in Level],
        "amr_values_supported": [method.value for method in Method],
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": ["et", "vi", "en"],
        "claim_types_supported": ["normal"],
        "claims_supported": [
            "sub",
            "given_name",
            "family_name",
            "birthdate",
            "profile_attributes",
            "date_of_birth",
            "acr",
            "amr",
            "auth_time",
            "sid",
            "nonce",
            "at_hash",
        ],
        "claims_parameter_supported": False,
        "authorization_details_types_supported": [PAYMENT],
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "authorization_response_iss_parameter_supported": True,
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
    }
