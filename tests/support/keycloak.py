"""What a person and an administrator do at a real Keycloak: sign in, sign out, change keys."""

from dataclasses import dataclass
from typing import Any

import httpx

from local.keycloak import ADMIN

REALM = "runlore"


@dataclass(frozen=True)
class Keycloak:
    """A running Keycloak and its administrator's password."""

    url: str
    password: str

    @property
    def issuer(self) -> str:
        return f"{self.url}/realms/{REALM}"

    def sign_in(self, user: str, client: str = "chat") -> dict[str, Any]:
        """Tokens of a user, as an application gets them."""
        form = {"grant_type": "password", "client_id": client, "username": user, "password": f"pw-of-{user}"}
        return self._ask_for_token(form, REALM)

    def refresh(self, tokens: dict[str, Any], client: str = "chat") -> dict[str, Any]:
        """New tokens of a session."""
        form = {"grant_type": "refresh_token", "client_id": client, "refresh_token": tokens["refresh_token"]}
        return self._ask_for_token(form, REALM)

    def sign_out(self, tokens: dict[str, Any], client: str = "chat") -> None:
        form = {"client_id": client, "refresh_token": tokens["refresh_token"]}
        httpx.post(f"{self.issuer}/protocol/openid-connect/logout", data=form, timeout=60).raise_for_status()

    def sign_in_administrator(self) -> str:
        """The token of an administrator, who is of another realm."""
        form = {"grant_type": "password", "client_id": "admin-cli", "username": ADMIN}
        token: str = self._ask_for_token({**form, "password": self.password}, "master")["access_token"]
        return token

    def administer(self) -> httpx.Client:
        """A client of the administrator's API of the realm."""
        headers = {"Authorization": f"Bearer {self.sign_in_administrator()}"}
        return httpx.Client(base_url=f"{self.url}/admin", headers=headers, timeout=60)

    def add_key(self, name: str, priority: int) -> str:
        """Make a key that signs from now on; give the id of its component."""
        with self.administer() as admin:
            realm = admin.get(f"/realms/{REALM}").raise_for_status().json()["id"]
            body = {
                "name": name, "providerId": "rsa-generated", "providerType": "org.keycloak.keys.KeyProvider",
                "parentId": realm, "config": {"priority": [str(priority)]},
            }  # fmt: skip
            made = admin.post(f"/realms/{REALM}/components", json=body).raise_for_status()
            return made.headers["Location"].rpartition("/")[2]

    def list_rsa_keys(self) -> list[str]:
        """Ids of the components whose keys sign by RS256."""
        with self.administer() as admin:
            keys = admin.get(f"/realms/{REALM}/keys").raise_for_status().json()["keys"]
        return [key["providerId"] for key in keys if key.get("algorithm") == "RS256"]

    def delete_key(self, component: str) -> None:
        with self.administer() as admin:
            admin.delete(f"/realms/{REALM}/components/{component}").raise_for_status()

    def _ask_for_token(self, form: dict[str, str], realm: str) -> dict[str, Any]:
        answer = httpx.post(f"{self.url}/realms/{realm}/protocol/openid-connect/token", data=form, timeout=60)
        tokens: dict[str, Any] = answer.raise_for_status().json()
        return tokens
