"""The secrets that compose.yaml names, as files; made once, as those of the local stack are."""

from pathlib import Path

from local.passwords import ensure_passwords

_DATABASES = ("airflow", "mlflow")


def write_compose_secrets(folder: Path) -> None:
    """Make the files of secrets that are missing.

    Compose shows a container the file as it lies here, and the users of the containers are strangers here:
    everybody may read the files, and only their owner can enter the folder.

    Args:
        folder: Gets them; made with mode 0700.
    """
    passwords = ensure_passwords(folder)
    for name in _DATABASES:
        address = f"postgresql+psycopg2://runlore:{passwords['postgres']}@postgres:5432/{name}"
        (folder / f"{name}-database-url").write_text(address)
    for file in folder.iterdir():
        # Some programs take a file as it is, with the end of its line.
        file.write_text(file.read_text().strip())
        file.chmod(0o644)
