# Before the first start, and harmless before each later one: databases, topics, index templates, pages.
set -euo pipefail
cd /tmp

airflow db migrate
(cd /app && python -m processors.stores.kafka create-topics)
(cd /app && python -m processors.versions.prepare)

# Airflow opens the file of passwords for writing, which a secret doesn't allow.
[ -e /var/lib/runlore/airflow-users.json ] || install -m 600 /run/secrets/airflow-users /var/lib/runlore/airflow-users.json

# The runbooks that come with the project, as a repository; later edits in it stay.
docs=/var/lib/runlore/docs
if [ ! -d "$docs/.git" ]; then
  mkdir -p "$docs"
  cp -r /etc/runlore/runbooks/. "$docs"
  git -C "$docs" init -q -b main
  git -C "$docs" add .
  git -C "$docs" -c user.name="Runlore set-up" -c user.email=setup@runlore.local commit -q -m "Runbooks that come with Runlore"
fi
