"""A login at a store, and the certificates that both sides show: the same settings for each such store."""

from typing import Self

from pydantic import Field, FilePath, SecretStr, model_validator

from processors.settings.group import SettingsGroup


class Login(SettingsGroup):
    """Who the platform is to a store, and whom it believes to be the store."""

    username: str = Field("", description="User who logs in; empty: no login.")
    password: SecretStr = Field(SecretStr(""), description="The user's password, if no file holds it.")
    password_file: FilePath | None = Field(None, description="File with the user's password.")
    ca_file: FilePath | None = Field(
        None, description="Certificates that vouch for the store, if the system doesn't know them."
    )
    certificate_file: FilePath | None = Field(None, description="Certificate that the platform shows.")
    key_file: FilePath | None = Field(None, description="Private key of that certificate.")

    def read_password(self) -> str:
        """Return the password, as it is now where a file holds it; empty if there is none.

        Raises:
            OSError: The file is gone.
        """
        if self.password_file is None:
            return self.password.get_secret_value()
        return self.password_file.read_text(encoding="utf-8").strip()

    @model_validator(mode="after")
    def _require_pairs(self) -> Self:
        if self.password_file and self.password.get_secret_value():
            raise ValueError(f"{self._name('password')} and {self._name('password_file')}: take one of them")
        if self.username and not self.read_password():
            raise ValueError(
                f"{self._name('username')} needs a password: {self._name('password_file')} or "
                f"{self._name('password')}"
            )
        if self.read_password() and not self.username:
            raise ValueError(f"a password without its user: {self._name('username')} is empty")
        if bool(self.certificate_file) != bool(self.key_file):
            raise ValueError(f"{self._name('certificate_file')} and {self._name('key_file')} need each other")
        return self

    def _name(self, field: str) -> str:
        """Return the variable of a field."""
        return str(type(self).model_fields[field].alias)

    @property
    def _has_certificates(self) -> bool:
        return bool(self.ca_file or self.certificate_file)
