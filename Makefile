# The front door. `make help` explains itself; local/settings.env holds the settings.

PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3,$(shell $(name) -c \
	'import sys, venv; sys.exit(sys.version_info[:2] not in ((3, 11), (3, 12)))' 2>/dev/null && echo $(name))))
RUNLORE_ENVS ?= .runlore/envs
export RUNLORE_ENVS
# Where this is set, every process compiles all that it imports: twice the time for an Airflow task.
unexport PYTHONDONTWRITEBYTECODE
BIN := $(RUNLORE_ENVS)/platform/bin
STACK := $(BIN)/python -m local.stack
ifdef DOCS
export RUNLORE_DOCS := $(DOCS)
endif

ifdef BASE_IMAGE
export RUNLORE_BASE_IMAGE := $(BASE_IMAGE)
endif

# The test stack lives beside the one of `make run`: own folder, own ports, the project's own runbooks.
TEST_PORT_BASE ?= 24000
# Many of its versions live for seconds: a tenth of the usual answers is written ahead for each. Java compiles once, in
# haste: its second time pays in hours, and takes a minute of a processor from the tests in each program.
TEST_STACK := RUNLORE_HOME=.runlore/test-stack RUNLORE_PORT_BASE=$(TEST_PORT_BASE) RUNLORE_DOCS= \
	RUNLORE_WARMED_ANSWERS=30 JDK_JAVA_OPTIONS=-XX:TieredStopAtLevel=1 $(STACK)

ALL_TESTS := tests/integration tests/e2e tests/prove

# What has servers, topics or indices of its own, and may take its time, can run beside what asks the test stack. What
# kills parts of that comes behind both.
APART := tests/integration/stores/test_kafka_access.py tests/integration/stores/test_redis_access.py tests/integration/stores/actions \
	tests/integration/spark_jobs tests/integration/local/test_log_store.py tests/integration/versions \
	tests/integration/pipelines/backup

# Actions need a cluster, and proposals that expire while a test waits for it.
ACTIONS_PORT_BASE ?= 26000
ACTIONS_STACK := RUNLORE_HOME=.runlore/actions-stack RUNLORE_PORT_BASE=$(ACTIONS_PORT_BASE) RUNLORE_DOCS= \
	RUNLORE_KUBERNETES=on RUNLORE_ACTIONS_EXPIRES_SECONDS=120 $(STACK)
ACTION_TESTS := $(wildcard tests/integration/*/test_actions.py tests/integration/*/actions tests/e2e/test_actions.py) \
	tests/integration/pipelines/collect/test_kubernetes.py tests/prove/test_hostile_orders.py

# The benchmark of quality has documents of its own, and no more services than it needs.
BENCH_PORT_BASE ?= 25000
BENCH_STACK := RUNLORE_HOME=.runlore/bench-stack RUNLORE_PORT_BASE=$(BENCH_PORT_BASE) RUNLORE_DOCS= \
	RUNLORE_OPEN_WEBUI=off $(STACK)

# A real node beside the stores that its pods ask.
NODE_PORT_BASE ?= 30000
NODE_STACK := RUNLORE_HOME=.runlore/node-stack RUNLORE_PORT_BASE=$(NODE_PORT_BASE) RUNLORE_DOCS= \
	RUNLORE_OPEN_WEBUI=off $(STACK)

# The chart is looked at by an API server, which needs no more of a stack than its own parts.
CHART_PORT_BASE ?= 28000
CHART_STACK := RUNLORE_HOME=.runlore/chart-stack RUNLORE_PORT_BASE=$(CHART_PORT_BASE) RUNLORE_DOCS= \
	RUNLORE_OPEN_WEBUI=off RUNLORE_KUBERNETES=on $(STACK)

.DEFAULT_GOAL := help
.PHONY: help environments setup run test test-unit test-integration test-actions test-n8n lint status addresses logs stop clean \
	restart-one ask compare rollback versions backup backups restore restore-databases restore-drill verify-audit env prove fuzz soak bench bench-service bench-peers kube-up kube-down alert-drill dashboards dashboards-preview images sbom test-image compose-up compose-down test-compose test-deploy test-oidc test-logins chart-lint chart-release node-up node-down chart-install test-node secret-tools ci-lint audit bench-freshness bench-anomalies bench-redaction bench-cache bench-chat bench-swaps bench-scale bench-neural bench-shadow bench-quality bench-embedding bench-rebuild bench-rebuild-live bench-embedders bench-llm bench-logs bench-procedures bench-alerts bench-oncall bench-diagnosis bench-diagnosis-api bench-actions

help: ## Show this help
	@echo "Runlore on one machine. The two commands: make run, make test"
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  %-20s %s\n", $$1, $$2}'

environments: ## Make the Python environments from the lock files (skipped when unchanged)
	@test -n "$(PYTHON)" || { echo "Python 3.11 or 3.12 with its venv module is needed. Debian: apt install python3.11-venv"; exit 1; }
	@$(PYTHON) -m local.environments

setup: environments ## Install and prepare everything, start nothing
	@$(STACK) setup

run: environments ## From nothing to a cited answer; DOCS=<git url or folder> reads your own runbooks
	@$(STACK) up
	@$(STACK) exec -- python -m local.first_run

# The unit tests need no stack: they run while it starts, and beside the first of the others, which often wait.
# What has its own part of the stack comes behind them, and beside the others, too.
test: environments ## Unit and integration tests, on a stack of their own
	@mkdir -p .runlore; log=.runlore/test-unit.log; apart_log=.runlore/test-apart.log; \
	echo "The unit tests run behind the start of the test stack; how far they are: $$log"; \
	nice -n 5 $(MAKE) --no-print-directory test-unit > $$log 2>&1 & unit=$$!; \
	apart=; others=; trap 'kill $$unit $$apart $$others 2> /dev/null; wait; $(TEST_STACK) stop' EXIT; \
	trap 'exit 130' INT TERM; \
	$(TEST_STACK) up --for-tests || exit 1; \
	$(TEST_STACK) exec -- python -m pytest $(filter-out tests/prove,$(ALL_TESTS)) $(addprefix --ignore=,$(APART)) -q & others=$$!; \
	wait $$unit || { cat $$log; exit 1; }; echo "Unit tests: $$(tail -n 1 $$log)"; \
	$(TEST_STACK) exec -- nice -n 5 python -m pytest $(APART) -q > $$apart_log 2>&1 & apart=$$!; \
	wait $$apart || { cat $$apart_log; exit 1; }; echo "Tests with servers of their own: $$(grep ' passed' $$apart_log)"; \
	wait $$others; red=$$?; \
	$(TEST_STACK) exec -- python -m pytest tests/prove -q && exit $$red

test-unit: environments ## Quick tests without a stack
	@$(BIN)/pytest tests/unit processors evaluation serving local -q -n auto --ignore=serving/model_server

test-integration: environments ## Start the test stack, test against it, stop it; TESTS=<path> for fewer
	@trap '$(TEST_STACK) stop' EXIT; trap 'exit 130' INT TERM; \
	$(TEST_STACK) up --for-tests && $(TEST_STACK) exec -- python -m pytest $(or $(TESTS),$(ALL_TESTS)) -q

test-actions: environments ## Everything about actions, on a stack with a Kubernetes cluster (built once, minutes); TESTS=<path> for fewer
	@trap '$(ACTIONS_STACK) stop' EXIT; trap 'exit 130' INT TERM; \
	$(ACTIONS_STACK) up --for-tests && PROVE_ORDERS=100 $(ACTIONS_STACK) exec -- python -m pytest $(or $(TESTS),$(ACTION_TESTS)) -q -rs

test-n8n: environments ## The workflow for n8n in a real n8n, installed from npm once (minutes), on the stack of test-actions
	@PROVE_N8N=yes $(MAKE) --no-print-directory test-actions TESTS=tests/e2e/test_n8n.py

prove: ## The long proofs: kills, a flood, swaps, groups, random bytes, faults, hostile documents (an hour)
	@PROVE_ONCALL=yes PROVE_REBUILD=yes PROVE_EACH_PROCESS=yes PROVE_SECRETS=50 PROVE_SWAPS=200 PROVE_LIVE_SWAPS=100 PROVE_EVENTS=100000 PROVE_KILLS=20 PROVE_SECONDS=300 PROVE_LINES=2000000 PROVE_FLOOD_SECONDS=300 PROVE_QUESTIONS=2000 PROVE_HOSTILE=200 PROVE_ORDERS=100 PROVE_BYTES=1000000 PROVE_EXAMPLES=100 PROVE_FAULT_SECONDS=20 PROVE_CALLS=1000 PROVE_AGENT_SECONDS=600 \
		$(MAKE) --no-print-directory test-integration TESTS="tests/prove tests/integration/dags/test_rag_pipeline.py"

fuzz: environments ## Odd records through every topic's stage and the masker, for an hour; SECONDS=<how long>
	@FUZZ_SECONDS=$(or $(SECONDS),3600) $(BIN)/pytest tests/unit/test_fuzz.py $$(grep -rl '^@given' tests/unit) -q

lint: environments ## Format check, linter, layers, strict types
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-logo --no-cache
	@$(BIN)/mypy
	@$(BIN)/mypy --python-executable $(RUNLORE_ENVS)/model-server/bin/python \
		$(wildcard serving/model_server/*.py serving/model_server/*/*.py)

bench-freshness: ## How long an event takes from Kafka to the read alias, at 1, 50 and 500 events/s (16 min)
	@$(STACK) exec -- python -m evaluation.benchmarks.freshness $(BENCH)

bench: ## Benchmarks on the running stack, one table with ratios, also in MLflow (15 min); BENCH="--all", "--only a,b", "--beside FILE"
	@$(STACK) exec -- python -m evaluation.benchmarks.together $(BENCH)

bench-service: ## How fast the running stack answers, beside bare parts
	@$(STACK) exec -- python -m evaluation.benchmarks.service

bench-peers: environments ## Files to a search beside Haystack and LangChain; RUNLORE_TEST_DATA=<folder>; 5 GB are fetched once
	@$(STACK) exec -- python -m evaluation.benchmarks.peers $(BENCH)

bench-neural: ## Questions embedded by OpenSearch beside those embedded by us; needs RUNLORE_NEURAL_SEARCH=on
	@$(STACK) exec -- python -m evaluation.benchmarks.neural_search

bench-shadow: ## What shadow reading costs those who ask; needs RUNLORE_SHADOW_SHARE and a second version
	@$(STACK) exec -- python -m evaluation.benchmarks.shadow

bench-chat: ## How fast questions are answered, beside the bare model and search; RUNLORE_TEST_DATA=<folder> for 100k chunks (6 min)
	@$(STACK) exec -- python -m evaluation.benchmarks.chat

bench-cache: ## How fast known questions are answered from the cache, beside a bare route and a bare Redis GET
	@$(STACK) exec -- python -m evaluation.benchmarks.cache

bench-swaps: ## How long it takes to take a version back, by command and as a DAG run, beside a bare _aliases request
	@$(STACK) exec -- python -m evaluation.benchmarks.swaps $(BENCH)

bench-scale: ## How writing, searching and memory grow with the number of chunks, up to 500,000; RUNLORE_TEST_DATA=<folder> (45 min)
	@$(STACK) exec -- python -m evaluation.benchmarks.scale $(BENCH)

bench-quality: environments ## How well pages are found, beside simple rankings; RUNLORE_TEST_DATA=<folder>; a stack of its own (20 min)
	@trap '$(BENCH_STACK) stop' EXIT; trap 'exit 130' INT TERM; \
	$(BENCH_STACK) up serving && $(BENCH_STACK) exec -- python -m evaluation.benchmarks.quality

soak: environments ## Steady use for two hours on a stack of its own: does anything grow, is anything lost? SECONDS=<how long>
	@trap '$(BENCH_STACK) stop' EXIT; trap 'exit 130' INT TERM; \
	$(BENCH_STACK) up && $(BENCH_STACK) exec -- python -m local.first_run && \
	$(BENCH_STACK) exec -- python -m evaluation.benchmarks.soak --seconds $(or $(SECONDS),7200) $(SOAK)

bench-embedding: environments ## The model server beside plain sentence-transformers by torch (4 GB are fetched once); needs no stack
	@$(BIN)/python -m evaluation.benchmarks.embedding $(BENCH)

bench-rebuild: environments ## A rebuild from archived lines by Spark on local[2]: lines a second, memory, killed twice; BENCH="--lines 5000000" for more; needs no stack
	@$(BIN)/python -m evaluation.benchmarks.rebuild $(BENCH)

bench-rebuild-live: ## The same through Airflow on the running stack, with 50 events a second beside; the lines stay in it; BENCH="--lines 5000000"
	@$(STACK) exec -- python -m evaluation.benchmarks.rebuild.live $(BENCH)

bench-embedders: environments ## Embedding models side by side: what they find, and how fast; RUNLORE_TEST_DATA=<folder>; needs no stack (30 min)
	@$(BIN)/python -m evaluation.benchmarks.embedders $(BENCH)

bench-llm: environments ## What small language models cost, and how much they write without a source; needs RUNLORE_LLM=<model> make setup
	@$(BIN)/python -m evaluation.benchmarks.llm $(BENCH)

bench-redaction: environments ## How fast secrets are masked, and which are missed; RUNLORE_TEST_DATA=<folder> for false masks
	@$(BIN)/python -m evaluation.benchmarks.redaction

bench-procedures: environments ## Whether answers are the procedures of 60 pages, step by step; needs no stack; RUNLORE_TEST_DATA=<folder> for more pages
	@$(BIN)/python -m evaluation.benchmarks.procedures $(BENCH)

bench-alerts: environments ## Whether published alerts are answered from their runbooks; needs no stack; RUNLORE_TEST_DATA=<folder>
	@$(BIN)/python -m evaluation.benchmarks.alerts $(BENCH)

bench-oncall: environments ## Whether 250 questions of somebody on call are answered right; needs no stack; BENCH=--misses tells which aren't
	@$(BIN)/python -m evaluation.benchmarks.oncall $(BENCH)

bench-diagnosis: environments ## Whether causes of 45 scripted faults are found, beside triage and likeness; needs no stack; BENCH=--vectors
	@$(BIN)/python -m evaluation.benchmarks.diagnosis $(BENCH)

bench-diagnosis-api: environments ## The same faults on a real API server with its controllers and scheduler; BENCH="--seeds 1" for fewer
	@$(BIN)/python -m evaluation.benchmarks.diagnosis.real $(BENCH)

bench-actions: ## How long an action takes from proposal to effect, beside a bare kubectl; needs make kube-up
	@$(STACK) exec -- python -m evaluation.benchmarks.actions $(BENCH)

bench-logs: environments ## How well log lines are put into patterns, beside published Drain; needs no stack
	@$(BIN)/python -m evaluation.benchmarks.logs

alert-drill: ## Break the running stack in four ways, and see each alert reach a webhook, be known to the chat, and end (12 min)
	@$(STACK) exec -- python -m local.alert_drill

dashboards: ## Make Grafana's files of local/dashboards/dashboards.yaml
	@$(BIN)/python -m local.dashboards build

dashboards-preview: ## Draw the dashboards from the running stack's Prometheus, into .runlore/dashboards
	@$(STACK) exec -- python -m local.dashboards preview

kube-up: environments ## A Kubernetes cluster beside the stack, which watches it (built once, minutes)
	@$(STACK) kube-up

kube-down: ## End the Kubernetes cluster; its data stays
	@$(STACK) kube-down

images: environments ## Build the container images; BASE_IMAGE=<name>, or debootstrap where no registry can be had
	@$(BIN)/python -m local.containers build

sbom: environments ## Write what is in each image, as CycloneDX, and hold it against the lock files; needs make images
	@$(BIN)/python -m local.containers sbom

test-image: environments ## Run service and model server read-only and without rights: healthy, answer, stop; needs make images
	@$(BIN)/python -m local.containers test

compose-up: environments ## The whole stack in containers, from compose.yaml, and a cited answer; needs make images
	@$(BIN)/python -m local.containers compose-up

compose-down: environments ## End the stack in containers; its data stays
	@$(BIN)/python -m local.containers compose-down

test-compose: environments ## Both stacks in containers from nothing: a cited answer, TLS, limits, what is refused (15 min); needs make images
	@$(BIN)/python -m local.containers compose-test

# The parts need each other's images, so they run one after the other.
test-deploy: environments ## All that is deployed, in short: the images, each alone, production in containers, the chart on a node (from nothing an hour on two cores)
	@echo "Needed: root, Docker 20.10 or newer, or a Debian that can install it; 30 GB of disk and 8 GB of memory;"
	@echo "an image registry, or RUNLORE_BASE_IMAGE=debootstrap and Debian's archive."
	@$(BIN)/python -m local.containers build
	@$(BIN)/python -m local.containers test
	@$(BIN)/python -m local.containers compose-test --short
	@$(MAKE) --no-print-directory test-node

chart-lint: environments ## Look at the Helm chart: schema, unit tests, a dry run by a real API server of its own (built once, minutes)
	@trap '$(CHART_STACK) stop' EXIT; trap 'exit 130' INT TERM; \
	$(CHART_STACK) up kube-access && $(CHART_STACK) exec -- python -m local.charts lint

chart-release: environments ## Install, upgrade, take back and uninstall the chart on a real API server of its own, whose nodes are played; secrets by SOPS
	@trap '$(CHART_STACK) stop' EXIT; trap 'exit 130' INT TERM; \
	$(BIN)/python -m local.charts tools && $(BIN)/python -m local.secret_files && $(CHART_STACK) up kube-nodes kube-scheduler && \
	$(CHART_STACK) exec -- python -m pytest tests/integration/local/charts tests/integration/local/secret_files -q

secret-tools: environments ## Build sops and age where they are missing, and say where they are
	@$(BIN)/python -m local.secret_files

ci-lint: environments ## Look at GitHub's workflows and GitLab's pipeline, and for secrets in the whole history (programs are built once, minutes)
	@$(BIN)/python -m local.ci lint
	@$(BIN)/python -m pytest tests/integration/local/ci -q

audit: environments ## Ask an advisory database about the packages of all lock files; RUNLORE_ADVISORIES=pypi, osv or a mirror's address
	@$(BIN)/python -m local.ci audit

node-up: environments ## A real Kubernetes node beside the stack, in a network of its own; needs root (built once, minutes)
	@$(BIN)/python -m local.node up

node-down: environments ## End the node; nothing of it stays but its logs
	@$(BIN)/python -m local.node down

chart-install: environments ## Install the chart on the node, beside the running stack, and ask it; needs make images
	@$(STACK) exec -- python -m local.node install

test-node: environments ## On a real node: logs and use as actions; the chart, a cited answer, upgrades under load, bad versions, a killed pod, an uninstall; needs make images
	@trap '$(NODE_STACK) exec -- python -m local.node down; $(NODE_STACK) stop' EXIT; trap 'exit 130' INT TERM; \
	$(BIN)/python -m local.charts tools && $(NODE_STACK) up serving mlflow topics && \
	$(NODE_STACK) exec -- python -m local.node images && \
	$(NODE_STACK) exec -- python -m pytest $(or $(TESTS),tests/integration/local/node) -q -rP

test-oidc: environments ## A real Keycloak says who asks: groups, foreign and expired tokens, changed keys, sign-out (Maven fetches it once)
	@trap '$(TEST_STACK) stop' EXIT; trap 'exit 130' INT TERM; \
	$(TEST_STACK) up serving && PROVE_OIDC=yes $(TEST_STACK) exec -- python -m pytest tests/integration/serving/access/test_keycloak.py -q

test-logins: setup ## Logins, rights and TLS of a real Kafka and OpenSearch, which it starts (Maven fetches a plugin once)
	@PROVE_LOGINS=yes $(STACK) exec -- python -m pytest tests/integration/stores/test_kafka_access.py tests/integration/stores/test_opensearch_access.py -q

bench-anomalies: environments ## The anomaly detector on NAB's series in $$RUNLORE_TEST_DATA/nab; needs no stack
	@$(BIN)/python -m evaluation.benchmarks.anomalies

status: ## Each service with its health and address
	@$(STACK) status

addresses: ## Where the stack is, NAME=value a line
	@$(STACK) addresses

logs: ## Follow the logs; SERVICE=<name> for one
	@$(STACK) logs $(SERVICE)

stop: ## End every process of the stack
	@$(STACK) stop

clean: ## Stop, and remove the stack's data, logs and passwords
	@$(STACK) clean

restart-one: ## Restart SERVICE=<name> and wait until it is healthy
	@$(STACK) restart $(SERVICE)

env: ## Export lines for your shell: eval "$(make -s env)"
	@$(STACK) env

ask: ## Ask a question: make ask Q="The OpenSearch cluster is red. What do I do?"
	@$(STACK) exec -- python -m local.ask "$(Q)"

compare: ## Two index versions side by side, from MLflow's record: make compare A=cag-v000003 B=cag-v000007
	@$(STACK) exec -- python -m evaluation.report.compare $(A) $(B)

rollback: ## Go back to the previous version of PIPELINE=cag|rag
	@$(STACK) exec -- python -m processors.versions rollback $(PIPELINE)

versions: ## List the index versions; ARGS="diff cag-v000003 cag-v000004", or show, promote, pin, unpin, prune
	@$(STACK) exec -- python -m processors.versions $(ARGS)

backup: ## Copy indices, staging and databases to RUNLORE_BACKUP_URL; NAME=<name>
	@$(STACK) exec -- python -m processors.pipelines.backup make $(NAME)

backups: ## List the back-ups, oldest first
	@$(STACK) exec -- python -m processors.pipelines.backup list

restore: ## Bring indices and files of SNAPSHOT=<name> back, the newest by default; OVERWRITE=yes if versions may be deleted
	@$(STACK) exec -- python -m processors.pipelines.backup restore $(SNAPSHOT) $(if $(filter yes,$(OVERWRITE)),--overwrite)

restore-databases: environments ## Bring the databases of SNAPSHOT=<name> back, with Airflow and MLflow stopped meanwhile; OVERWRITE=yes
	@$(BIN)/python -m local.restore_databases $(SNAPSHOT) $(if $(filter yes,$(OVERWRITE)),--overwrite)

restore-drill: ## On the test stack: back up, wipe OpenSearch and Redis, restore, compare, catch up; how long it takes
	@PROVE_RESTORE=yes $(MAKE) --no-print-directory test-integration TESTS="tests/prove/test_restore.py tests/prove/test_restore_dag.py"

verify-audit: ## Whether the record of actions is as it was written, in both copies
	@$(STACK) exec -- python -m processors.pipelines.actions.audit verify
