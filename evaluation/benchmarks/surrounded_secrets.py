"""Secrets in the surroundings that they really have, and what only looks like one.

Where `evaluation/benchmarks/planted_secrets.py` hides many secrets of few kinds, here each text stands for
one way in which people, tools and vendors write a secret down. Bodies are drawn and prefixes put together
at run time, so that no scanner takes this file for a leak.
"""

import base64
import random
import re
import string
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Final, TypedDict

_Draw = random.Random
_LOWER: Final = string.ascii_lowercase
_ALNUM: Final = string.ascii_letters + string.digits
_UPPER: Final = string.ascii_uppercase + string.digits
_HEX: Final = "0123456789abcdef"
_URL64: Final = _ALNUM + "-_"


class Surrounded(TypedDict):
    """A text, and the pieces of it that must be masked."""

    text: str
    traces: list[str]


def _pick(draw: _Draw, alphabet: str, length: int) -> str:
    """Draw a word that holds a digit and, where the alphabet has them, letters of both kinds."""
    while True:
        word = "".join(draw.choices(alphabet, k=length))
        kinds = (string.ascii_lowercase, string.ascii_uppercase, string.digits)
        if all(set(word) & set(kind) for kind in kinds if set(alphabet) & set(kind)):
            return word


def _uuid(draw: _Draw) -> str:
    return "-".join(_pick(draw, _HEX, length) for length in (8, 4, 4, 4, 12))


_VALUES: Final[dict[str, Callable[[_Draw], str]]] = {
    "password": lambda d: _pick(d, _LOWER + string.digits, d.randint(9, 14)),
    "word": lambda d: _pick(d, _LOWER, d.randint(9, 12)),
    "token": lambda d: _pick(d, _ALNUM, d.randint(24, 40)),
    "hex": lambda d: _pick(d, _HEX, 32),
    "hex64": lambda d: _pick(d, _HEX, 64),
    "uuid": _uuid,
    "base64": lambda d: _pick(d, _ALNUM, 43) + "=",
}
"""What stands between « and » in a text, and how it is drawn."""

WRITTEN: Final = (
    # In addresses.
    "POST https://api.telegram.org/bot123456789:«token»/sendMessage 200",
    "GET /bot«token»/getUpdates HTTP/1.1",
    "https://hooks.slack.com/services/T0AB12CD3/B0AB12CD3/«token» answered 404",
    "https://discord.com/api/webhooks/112233445566778899/«token»",
    "https://discordapp.com/api/webhooks/112233445566778899/«token»?wait=true",
    "https://acme.webhook.office.com/webhookb2/«uuid»@«uuid»/IncomingWebhook/«hex»/«uuid»",
    "https://prod-01.westeurope.logic.azure.com/workflows/7/triggers/manual/run?sp=%2Ftriggers&sig=«token»",
    "POST https://chat.acme.io/hooks/«password»«password» 200",
    "notify https://rocket.acme.io/hooks/«password»«hex»/«token»",
    "https://hooks.zapier.com/hooks/catch/123456/«password»«password»/ failed",
    "https://maker.ifttt.com/trigger/alarm/with/key/«token»",
    "https://events.pagerduty.com/integration/«hex»/enqueue",
    "sentry dsn https://«hex»@o123.ingest.sentry.io/42",
    "fatal: could not read from https://«token»@github.com/acme/shop.git",
    "https://oauth2:«token»@gitlab.acme.io/shop.git",
    "https://maps.acme.io/tiles?v=1&apikey=«token»",
    "https://oapi.dingtalk.com/robot/send?access_token=«hex64»",
    "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=«uuid»",
    "https://open.feishu.cn/open-apis/bot/v2/hook/«uuid»",
    "https://acme.blob.core.windows.net/c/a.csv?sv=2026-01-01&se=2026&sr=b&sp=r&sig=«token»%3D",
    "https://s3.acme.io/b/k?AWSAccessKeyId=x&Expires=1&Signature=«token»%3D",
    "https://s3.acme.io/b/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=60&X-Amz-Signature=«hex64»",
    "redirected to https://app.acme.io/#access_token=«token»&token_type=bearer",
    "jdbc:oracle:thin:scott/«password»@db:1521/shop",
    "jdbc:postgresql://db/shop?user=app&password=«word»",
    "jdbc:sqlserver://db:1433;databaseName=shop;user=sa;password=«word»;encrypt=true",
    "mongodb://app:«password»@m0:27017,m1:27017/shop?replicaSet=r",
    "rediss://:«token»@cache.acme.io:6380/0",
    "ldap bind as cn=admin,dc=acme with bindpw «password»",
    # In Russian.
    "пароль=«word»",
    "Пароль: «password»",
    "пароль пользователя root: «password»",
    "Ваш пароль «password»",
    "новый пароль — «password»",
    "токен: «token»",
    "токен доступа = «token»",
    "секрет=«token»",
    "ключ доступа: «token»",
    "ключ API: «token»",
    "Вход: логин admin, пароль «password»",
    '{"пароль": "«word»"}', '{"\\u043f\\u0430\\u0440\\u043e\\u043b\\u044c": "«word»"}',
    # In the arguments of commands.
    '{"args":["--password","«word»"]}',
    '{"args":["--token=«token»","--port=1"]}',
    '{"command":["sh","-c","app --db-password «word» --port 1"]}',
    "args: [--password, «word»]",
    "app --pass «word» --user bob",
    "app --pass=«word»",
    "app -password «word»",
    "mysql -u root -p«word» shop",
    "mysqldump --user=root --password=«word» shop",
    "PGPASSWORD=«word» psql -h db shop",
    "sshpass -p «password» ssh root@host",
    "sshpass -p'«password»' ssh root@host",
    "curl -u admin:«word» http://db",
    "curl --user 'admin:«password»' http://db",
    "curl -H 'X-Api-Key: «token»' http://db",
    'curl -H "Authorization: Bearer «token»" http://db',
    "docker login -u bob -p «password» registry.acme.io",
    "docker run -e MYSQL_ROOT_PASSWORD=«word» mysql",
    "redis-cli -a «password» ping",
    "ldapsearch -x -D cn=admin -w «password» -b dc=acme",
    "helm upgrade shop . --set db.password=«word»",
    "kubectl create secret generic x --from-literal=password=«word»",
    "openssl pkcs12 -in a.p12 -passin pass:«password»",
    "psql 'host=db user=app password=«word» dbname=shop'",
    "wget --http-user=bob --http-password=«word» http://files",
    "smbclient //files/share -U bob%«password»",
    "net use Z: \\\\files\\share /user:acme\\bob /password:«word»",
    "$env:DB_PASSWORD = '«word»'",
    "set DB_PASSWORD=«word»",
    "ENV DB_PASSWORD «password»",
    "keytool -storepass «password» -keypass «password»",
    "ansible-playbook -e ansible_become_pass=«word»",
    # In XML and HTML.
    '<add key="Password" value="«word»"/>',
    '<add name="Db" value="x"/><add key="ApiKey" value="«token»" />',
    '<add value="«word»" key="Password"/>',
    '<property name="password" value="«word»"/>',
    '<property name="hibernate.connection.password">«word»</property>',
    '<bean><property value="«word»" name="password"/></bean>',
    '<entry key="db.password">«word»</entry>',
    "<property><name>fs.s3a.secret.key</name><value>«token»</value></property>",
    "<property>\n  <name>javax.jdo.option.ConnectionPassword</name>\n  <value>«word»</value>\n</property>",
    '<wsse:Password Type="http://docs.oasis-open.org/wss#PasswordText">«word»</wsse:Password>',
    "<soap:Body><login><user>bob</user><password>«word»</password></login></soap:Body>",
    "<Password><![CDATA[«word»]]></Password>",
    "&lt;password&gt;«word»&lt;/password&gt;",
    "<server><id>nexus</id><username>ci</username><password>«word»</password></server>",
    '<user name="bob" password="«word»" roles="admin"/>',
    "<datasource user='app' password='«word»'/>",
    '<input type="hidden" name="csrf_token" value="«token»">',
    '<connectionStrings><add name="Db" connectionString="Server=db;User ID=sa;Password=«word»;"/></connectionStrings>',  # noqa: E501
    "<accessToken>«token»</accessToken>",
    # In connection strings.
    "Server=db;Database=shop;User Id=app;Password=«word»;",
    "Data Source=db;User ID=app;Pwd=«word»;Encrypt=true",
    "Provider=SQLOLEDB;UID=sa;PWD=«word»",
    "Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=Root;SharedAccessKey=«base64»",
    "DefaultEndpointsProtocol=https;AccountName=shop;AccountKey=«base64»",
    "InstrumentationKey=«uuid»;IngestionEndpoint=https://x",
    "host=db port=5432 user=app password=«word» sslmode=require",
    # In the files of languages and tools.
    "'password' => '«word»',",
    '"password" => "«word»"',
    "define('DB_PASSWORD', '«word»');",
    'setProperty("password", "«password»")',
    'headers.add("X-Api-Key", "«token»")',
    "{'user': 'app', 'password': '«word»'}",
    "{:password=>\"«word»\", :user=>\"app\"}",
    "Config(user='app', password='«word»', port=1)",
    "User(name=bob, password=«word», id=7)",
    "Credentials{user=bob, password='«word»'}",
    "password = \"«word»\"",
    "db.password=«word»",
    "db.password: «password»",
    "secret_key_base: «hex64»",
    "variable \"db_password\" { default = \"«word»\" }",
    "password: |\n  «word»\nuser: bob\n",
    "password: >-\n    «word»\n",
    "database:\n  user: app\n  password: «word»\n",
    "- name: DB_PASSWORD\n  value: «word»\n",
    "- value: «word»\n  name: DB_PASSWORD\n",
    "- name: API_TOKEN\n  value: \"«token»\"\n",
    "requirepass «password»",
    "masterauth «password»",
    "enable password 7 «password»",
    "rootpw: «word»\nuser: bob\n",
    "db_pass=«word»",
    "dbpass=«word»",
    "smtp_pw=«word»",
    "AWS_SECRET_ACCESS_KEY=«token»",
    "machine api.acme.io\n  login bob\n  password «password»\n",
    "//registry.npmjs.org/:_authToken=«token»",
    "[global]\nindex-url = https://ci:«password»@pypi.acme.io/simple\n",
    "CREATE USER 'app'@'%' IDENTIFIED BY '«word»'",
    "ALTER USER app WITH PASSWORD '«word»'",
    "ALTER ROLE app PASSWORD '«word»'",
    "SET PASSWORD FOR 'app' = '«word»'",
    "AUTH «token»",
    # Without a closing quote: the line was cut.
    '{"message": "login", "password": "«word»',
    'password="«word»',
    "{\"log\": \"{\\\"user\\\": \\\"app\\\", \\\"password\\\": \\\"«word»",
    # In JSON.
    '{"log":"{\\"password\\":\\"«word»\\"}"}',
    '{"log":"{\\"log\\":\\"{\\\\\\"password\\\\\\":\\\\\\"«word»\\\\\\"}\\"}"}',
    'msg="{\\"password\\":\\"«word»\\"}"',
    '{"Name": "DB_PASSWORD", "Value": "«word»"}',
    '{"name":"DB_PASSWORD","type":"string","value":"«word»"}',
    '{"value": "«word»", "key": "db_password"}',
    '{"key": "db_password", "value": "«word»"}',
    '{"params":[{"value":"«token»","key":"api_token"}]}',
    '{"key":"http.request.header.x-api-key","value":{"stringValue":"«token»"}}',
    '{"attributes":[{"key":"db.password","value":{"stringValue":"«word»"}}]}',
    "{'name': 'DB_PASSWORD', 'value': '«word»'}",
    '{"headers":{"X-Api-Key":["«token»"],"Accept":["*/*"]}}',
    '{"headers":[["X-Api-Key","«token»"]]}',
    '{"headers":{"cookie":"sid=«token»"}}',
    '{"labels":{"password":"«word»"}}',
    '{"auths":{"registry.acme.io":{"auth":"«token»"}}}',
    "key=db_password value=«word»",
    # In headers.
    "X-Api-Key: «token»",
    "X-Auth-Token: «hex»",
    "PRIVATE-TOKEN: «token»",
    "X-Vault-Token: «token»",
    "X-Consul-Token: «uuid»",
    "Proxy-Authorization: Basic «base64»",
    "Authorization: Token «hex»",
    "Authorization: GenieKey «uuid»",
    "Authorization: «hex»",
    'Authorization: Digest username="bob", realm="x", nonce="1f0c9a2b", response="«hex»"',
    "Set-Cookie: session=«token»; HttpOnly",
    "Set-Cookie: JSESSIONID=«hex»; Path=/",
    "ocp-apim-subscription-key: «hex»",
    "x-goog-api-key: «token»",
    "api-key: «hex»",
    "apikey: «token»",
    # Said in words.
    "the password is «password»",
    "password for root: «password»",
    "password for user app is «password»",
    "password -> «password»",
    "password=[«word»]",
    "login failed, password: '«word»'",
    "user bob, pass: «password»",
    # Hashes of passwords.
    "root:$6$«password»$«hex64»«password»:19000:0:99999:7:::",
    "bob:$apr1$«password»$«password»«hex»",
    "hash $argon2id$v=19$m=65536,t=3,p=4$«password»$«token»",
    "userPassword: {SSHA}«base64»", "pbkdf2_sha256$260000$«password»$«base64»",
    # Others.
    "PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n«base64»\nPrivate-MAC: 00",
    "kind: Secret\ndata:\n  app.conf: «base64»\n  user: «token»\n",
    'kind: Secret\nmetadata:\n  name: x\nstringData:\n  conf: |\n    user: bob\n    «word»\ntype: Opaque\n',
    '{"kind": "Secret", "stringData": {"a.conf": "{\\"user\\": {}} «word»", "b": "«word»"}}',
    "sqlplus scott/«password»@orcl", "htpasswd -b /etc/passwords bob «password»", "echo 'bob:«password»' | chpasswd",  # noqa: E501
    "GET /shop;jsessionid=«token»?x=1", "Cookie PHPSESSID=«password»«hex»", "userPassword:: «base64»",
    "Database=x;UID=y;Password={«password»;1};", "passwordConfirm=«word»", "пароль (временный): «password»",
    "пароль по умолчанию: «password»", "секретный ключ: «token»", "password (temporary): «password»",
    "\\u003cpassword\\u003e«word»\\u003c/password\\u003e", "ssh_pass: «password»", "wpa_passphrase=«word»",
    "-Djavax.net.ssl.keyStorePassword=«word»", "SECRET_KEY=django-insecure-«token»", "X-Hub-Signature-256: sha256=«hex64»",  # noqa: E501
    '"url":"http:\\/\\/u:«password»@db\\/x"', "https://api.telegram.org/file/bot123456:«token»/photo.jpg",
    "amqp://u:«password»%40@mq", "http://u:«password»@[::1]:80/", "ПАРОЛЬ=«word»", "PassWord=«word»",
    # Commands of Windows and of services' own tools.
    "net user svc-backup «password» /add", "net1.exe user bob «word» /domain", "net  user bob «password»",
    "net use \\\\nas\\share /user:ACME\\bob «word»", "NET USE Z: \\\\nas\\share «word» /user:bob /persistent:no",  # noqa: E501
    "psexec \\\\web1 -u ACME\\svc -p «password» cmd", "schtasks /create /tn x /ru ACME\\svc /rp «word» /sc daily",  # noqa: E501
    "sqlcmd -S db -U sa -P «password» -Q 'select 1'", "az login --service-principal -u id -p «token» --tenant t",  # noqa: E501
    "snmpget -v2c -c «password» 10.3.0.7 sysUpTime.0", "snmpwalk -v3 -u bob -A «password» -X «password» 10.3.0.7",  # noqa: E501
    "$p = ConvertTo-SecureString \"«word»\" -AsPlainText -Force", "ConvertTo-SecureString -AsPlainText '«word»' -Force",  # noqa: E501
    '{"message":"ConvertTo-SecureString -String \\"«word»\\" -Force"}',
    "[Net.NetworkCredential]::new('bob', '«word»')", 'New-Object System.Net.NetworkCredential("bob", "«word»")',  # noqa: E501
    "+ etcdctl --endpoints=https://127.0.0.1:2379 --user root:«word» endpoint health", "etcdctl --user=root:«word» get /",  # noqa: E501
    # What services and languages write.
    '{"msg":"recognized","variable-name":"ETCDCTL_PASSWORD","variable-value":"«word»"}',
    '{"param_name": "api_token", "param_value": "«token»"}', "{'setting-name': 'db.password', 'setting-value': '«word»'}",  # noqa: E501
    "Please use the following password to proceed to installation:\n\n«hex»\n\nThis may also be found at:",
    "#0 /var/www/db.php(12): PDO->__construct('mysql:host=db;db...', 'app', '«word»')",
    "#1 /srv/a.php(3): mysqli_connect('db', 'app', '«password»', 'shop')", "mysqli->real_connect('db', 'app', '«word»')",  # noqa: E501
    "#0 a.php(3): Redis->auth('«word»')", "#0 a.php(7): ldap_bind(Object(LDAP\\Connection), 'cn=admin,dc=acme', '«word»')",  # noqa: E501
    '[{amqp_params_network,<<"mq">>,{password,<<"«word»">>},<<"/">>}]', '{default_pass, <<"«word»">>}',
    '{ssl_options,[{password,"«word»"}]}', "{'plaintext',<<\"«word»\">>}",
    '1795261927.339106 [0 10.3.0.7:52144] "AUTH" "default" "«word»"', '1.2 [0 lua] "auth" "«word»"',
    '1.2 [0 ::1:1] "HELLO" "3" "AUTH" "app" "«word»" "SETNAME" "x"', '1.2 [0 a] "CONFIG" "SET" "requirepass" "«word»"',  # noqa: E501
    '1.2 [0 a] "ACL" "SETUSER" "bob" "on" ">«word»" "~*"',
    "-Dzookeeper.DigestAuthenticationProvider.superDigest=super:«base64»", "addauth digest bob:«word»",
    "acl: digest:bob:«base64»:cdrwa", "SecretID:         «uuid»", "Secret ID    = «uuid»", '{"secret_id": "«uuid»"}',  # noqa: E501
    # Of networks.
    "snmp-server community «password» RO", "snmp-server community «word» view all RW 10", "psk=«word»",
    "tacacs-server key «word»", "radius-server host 10.0.0.7 auth-port 1812 key 7 «password»",
    "wpa_passphrase acme «word»", 'network={ssid="acme" psk="«word»" key_mgmt=WPA-PSK}', "tacacs-server host 10.0.0.7 key «word»",  # noqa: E501
    # In other languages.
    "mot de passe: «password»", "mot de passe = «word»", "contraseña=«word»", "Contraseña: «password»", "senha=«word»",  # noqa: E501
    '{"senha": "«word»"}', "密码：«password»", "密码=«word»", '{"密碼": "«word»"}', "パスワード: «password»", "비밀번호=«word»",  # noqa: E501
    "hasło=«word»", "Hasło: «password»", "Пароль пользователя = «word»", "пароль пользователя: «password»",
    # Others.
    "password: !!str «password»", "db_password: !!str '«word»'", "Password [«password»]", "login with password [«password»] refused",  # noqa: E501
    '<setting name="ApiKey" serializeAs="String"><value>«token»</value></setting>',
    '<setting name="DbPassword" serializeAs="String">\n  <value>«word»</value>', "Authorization GenieKey «uuid»", "GenieKey «uuid»",  # noqa: E501
    "session_id=«token» user=17", '{"sessionId": "«token»"}', "sessionid: «token»",
)  # fmt: skip
"""Texts with a secret between « and »."""


def _encode64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


_QUOTE: Final = urllib.parse.quote

ENCODED: Final[tuple[tuple[str, str, Callable[[str], str]], ...]] = (
    ("body password%3D{} sent", "{}", str),
    ("q=%7B%22token%22%3A%22{}%22%7D", "{}", str),
    ("GET /?next=https%3A%2F%2Fapp%3A{}%40db%2Fx", "{}", str),
    ("state=user%3Dbob%26password%3D{}%26x%3D1", "{}", str),
    ("state={}", "https://acme.io/?q=1&password={}", lambda text: _QUOTE(_QUOTE(text, safe=""), safe="")),
    ("payload {} read", "password={}", _encode64),
    ("payload={}", "DB_USER=app\nDB_PASSWORD={}\n", _encode64),
    ('{{"blob": "{}"}}', '{{"user": "app", "password": "{}"}}', _encode64),
    ("blob {}", "password={}", lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")),
    ("sent {} to the proxy", "svc-shop:{}", _encode64),
    ('{{"data": "{}"}}', "postgres://app:{}@db/shop", _encode64),
    ("twice {}", "password={}", lambda text: _encode64(_encode64(text))),
    ("user-data {}", "#cloud-config\nusers:\n- name: bob\n  password: {}\n", _encode64),
    ("SAMLResponse={}", "<a><password>{}</password></a>", lambda text: _QUOTE(_encode64(text))),
)
"""Texts, what they hold in another encoding, and that encoding."""

ISSUED: Final[dict[str, Callable[[_Draw], str]]] = {
    "GitHub": lambda d: "gh" + d.choice("pousr") + "_" + _pick(d, _ALNUM, 36),
    "GitHub, of one repository": lambda d: "github" + "_pat_" + _pick(d, _ALNUM, 22) + "_" + _pick(d, _ALNUM, 59),  # noqa: E501
    "GitLab": lambda d: "gl" + d.choice(("pat", "dt", "rt", "cbt", "ptt", "ft", "soat", "oas")) + "-" + _pick(d, _ALNUM, 20),  # noqa: E501
    "GitLab feed": lambda d: "gl" + "ffct-" + _pick(d, _ALNUM, 20),
    "Slack": lambda d: "xo" + "xp-" + _pick(d, string.digits, 12) + "-" + _pick(d, _ALNUM, 24),
    "Stripe": lambda d: "r" + "k_live_" + _pick(d, _ALNUM, 24),
    "Twilio": lambda d: "A" + "C" + _pick(d, _HEX, 32),
    "SendGrid": lambda d: "S" + "G." + _pick(d, _URL64, 21) + "a." + _pick(d, _URL64, 42) + "a",
    "Mailgun": lambda d: "key" + "-" + _pick(d, _HEX, 32),
    "npm": lambda d: "np" + "m_" + _pick(d, _ALNUM, 36),
    "PyPI": lambda d: "pypi-" + "AgEIcHlwaS5vcmc" + _pick(d, _URL64, 80),
    "RubyGems": lambda d: "ruby" + "gems_" + _pick(d, _HEX, 48),
    "crates.io": lambda d: "ci" + "o" + _pick(d, _ALNUM, 32),
    "NuGet": lambda d: "oy" + "2" + _pick(d, _LOWER + string.digits, 43),
    "Terraform Cloud": lambda d: _pick(d, _ALNUM, 14) + ".atlas" + "v1." + _pick(d, _ALNUM, 64),
    "Databricks": lambda d: "da" + "pi" + _pick(d, _HEX, 32),
    "New Relic": lambda d: "NR" + "AK-" + _pick(d, _UPPER, 27),
    "Sentry": lambda d: "sn" + "trys_" + _pick(d, _ALNUM, 60),
    "Linear": lambda d: "lin" + "_api_" + _pick(d, _ALNUM, 40),
    "Notion": lambda d: d.choice(("secret" + "_", "nt" + "n_")) + _pick(d, _ALNUM, 43),
    "Figma": lambda d: "fi" + "gd_" + _pick(d, _URL64, 40),
    "Airtable": lambda d: "p" + "at" + _pick(d, _ALNUM, 14) + "." + _pick(d, _HEX, 64),
    "Shopify": lambda d: "shp" + d.choice(("at", "ca", "pa", "ss")) + "_" + _pick(d, _HEX, 32),
    "Square": lambda d: "sq0" + "atp-" + _pick(d, _URL64, 22),
    "PayPal": lambda d: "access" + "_token$production$" + _pick(d, _LOWER + string.digits, 16) + "$" + _pick(d, _HEX, 32),  # noqa: E501
    "Telegram": lambda d: _pick(d, string.digits, 9) + ":AA" + _pick(d, _URL64, 32) + "z",
    "Discord": lambda d: "M" + _pick(d, _ALNUM, 23) + "." + _pick(d, _ALNUM, 6) + "." + _pick(d, _ALNUM, 27),
    "OpenAI": lambda d: "sk" + "-proj-" + _pick(d, _URL64, 47) + "a",
    "Anthropic": lambda d: "sk" + "-ant-api03-" + _pick(d, _URL64, 92) + "AA",
    "Hugging Face": lambda d: "h" + "f_" + _pick(d, _ALNUM, 34),
    "Groq": lambda d: "gs" + "k_" + _pick(d, _ALNUM, 52),
    "Replicate": lambda d: "r" + "8_" + _pick(d, _ALNUM, 37),
    "Pinecone": lambda d: "pc" + "sk_" + _pick(d, _ALNUM, 6) + "_" + _pick(d, _ALNUM, 62),
    "Docker": lambda d: "dckr" + "_pat_" + _pick(d, _URL64, 26) + "a",
    "Vault": lambda d: "hv" + "s." + _pick(d, _ALNUM, 24),
    "Alibaba": lambda d: "LT" + "AI" + _pick(d, _ALNUM, 20),
    "Yandex Cloud key": lambda d: "AQ" + "VN" + _pick(d, _URL64, 35) + "a",
    "Yandex token": lambda d: "y" + "0_" + _pick(d, _URL64, 54) + "a",
    "Yandex Cloud token": lambda d: "t" + "1." + _pick(d, _URL64, 90) + "." + _pick(d, _URL64, 85) + "a",
    "VK": lambda d: "vk" + "1.a." + _pick(d, _URL64, 80) + "a",
    "age": lambda d: "AGE-SECRET" + "-KEY-1" + _pick(d, _UPPER, 58),
    "Google": lambda d: "AI" + "za" + _pick(d, _URL64, 34) + "a",
    "AWS": lambda d: "AK" + "IA" + _pick(d, _UPPER, 16),
    "DigitalOcean": lambda d: "dop" + "_v1_" + _pick(d, _HEX, 64),
    "Grafana": lambda d: "gl" + "sa_" + _pick(d, _ALNUM, 32) + "_" + _pick(d, _HEX, 8),
    "Postman": lambda d: "PM" + "AK-" + _pick(d, _HEX, 24) + "-" + _pick(d, _HEX, 34),
    "Doppler": lambda d: "dp" + ".pt." + _pick(d, _ALNUM, 43),
    "PlanetScale": lambda d: "pscale" + "_tkn_" + _pick(d, _ALNUM, 43),
    "Atlassian": lambda d: "AT" + "ATT3" + _pick(d, _URL64, 60) + "=" + _pick(d, _HEX, 8).upper(),
    "Bitbucket": lambda d: "AT" + "BB" + _pick(d, _ALNUM, 32),
    "Dynatrace": lambda d: "dt" + "0c01." + _pick(d, _UPPER, 24) + "." + _pick(d, _UPPER, 64),
    "Tailscale": lambda d: "ts" + "key-auth-" + _pick(d, _ALNUM, 16) + "-" + _pick(d, _ALNUM, 32),
    "JFrog": lambda d: "AK" + "Cp" + _pick(d, _ALNUM, 69),
    "Artifactory reference": lambda d: "cm" + "VmdGtu" + _pick(d, _ALNUM, 56),
    "Cloudflare": lambda d: "v1" + ".0-" + _pick(d, _HEX, 24) + "-" + _pick(d, _HEX, 146),
    "OpenRouter": lambda d: "sk" + "-or-v1-" + _pick(d, _HEX, 64),
    "xAI": lambda d: "xa" + "i-" + _pick(d, _ALNUM, 80),
    "Perplexity": lambda d: "pp" + "lx-" + _pick(d, _ALNUM, 48),
    "LangSmith": lambda d: "ls" + "v2_pt_" + _pick(d, _HEX, 32) + "_" + _pick(d, _HEX, 10),
    "Supabase": lambda d: "sb" + "p_" + _pick(d, _HEX, 40),
    "Heroku": lambda d: "HRKU" + "-" + _uuid(d),
    "Pulumi": lambda d: "pul" + "-" + _pick(d, _HEX, 40),
    "Fly": lambda d: "fm" + "2_" + _pick(d, _ALNUM, 100),
    "Facebook": lambda d: "EA" + "AC" + _pick(d, _ALNUM, 120),
    "Clojars": lambda d: "CLO" + "JARS_" + _pick(d, _HEX, 60),
    "Typeform": lambda d: "tf" + "p_" + _pick(d, _ALNUM, 59),
    "Firebase": lambda d: "AA" + "AA" + _pick(d, _ALNUM, 7) + ":APA" + "91b" + _pick(d, _ALNUM, 134),
    "Yandex Cloud token, short": lambda d: "t" + "1." + _pick(d, _ALNUM, 7) + "." + _pick(d, _ALNUM, 86),
    "Brevo": lambda d: "x" + "keysib-" + _pick(d, _HEX, 64) + "-" + _pick(d, _ALNUM, 16),
}  # fmt: skip
"""Tokens by their issuers, and how they are drawn."""

_CARRIERS: Final = (
    "called with {} and failed",
    '{{"message": "using {}"}}',
    "x={};",
    "https://acme.io/a/{}/b",
    "({})",
)

KEPT: Final = (
    "the password is wrong", "password: incorrect", "Password: required", "invalid token", "token expired",
    "tokens: 12", "max_tokens=4096", "total_tokens: 531", "token_type=bearer", "token_url=https://idp.acme.io/token",
    "secretName: shop-tls", "imagePullSecrets: [regcred]", 'secret "shop-tls" not found', "secret/shop-tls configured",  # noqa: E501
    "partition_key=550e8400-e29b-41d4-a716-446655440000", "key: checkout", "keyspace=orders", "primary key (id)",  # noqa: E501
    "foreign key constraint fk_orders_user_id violated", "keys=12 expires=3 avg_ttl=900", "monkey=banana",
    "passed 12 of 12 checks", "pass 3 of 5", "compass=north", "bypass=true", "passenger=bob", "PASS tests/test_a.py",  # noqa: E501
    "ok: password changed", "password policy: minimum length 12", "password reset for user bob", "пароль неверный",  # noqa: E501
    "пароль изменён", "ключевые слова: сеть", "ключ не найден", "токен истёк", "секретарь", "без пароля",
    "author=bob", "authority=acme", "authentication of bob failed", "auth=none", "auth method: ldap", "signal=9",  # noqa: E501
    "signature verified", "sigma=0.5", "assignment=3", "credentials are invalid", "jwt expired at 2026-11-21T07:41:02Z",  # noqa: E501
    "PASSWORD=${DB_PASSWORD}", "password: {{ .Values.password }}", "password=<password>", "token=***", "password=****",  # noqa: E501
    "--password-file /run/secrets/db", "--token-file=/var/run/token", "password_file: /etc/db.pass",
    "passwordSecretRef: shop-db", '"secretKeyRef": {"name": "shop-db", "key": "password"}', "existingSecret: shop-db",  # noqa: E501
    "key=config/app.yaml", "tls.key: /etc/ssl/tls.key", "--key=/etc/ssl/tls.key", "ssh-keygen -t ed25519",
    '<add key="Timeout" value="30"/>', '<add key="PasswordLength" value="12"/>', '<property name="port" value="8080"/>',  # noqa: E501
    "<token>", "<passwordPolicy>strict</passwordPolicy>", "<key>CFBundleName</key>", "<secretName>shop-tls</secretName>",  # noqa: E501
    '{"name": "PORT", "value": "8080"}', '{"key": "learning_rate", "value": "0.001"}', '{"key":"tokenizer","value":"bpe"}',  # noqa: E501
    '{"key": "max_tokens", "value": "512"}', '{"name":"LOG_LEVEL","value":"debug"}', "key=epochs value=12",
    '{"columns":["password","username"]}', '("password", "username")', '["token", "expires"]', "fields: password, token",  # noqa: E501
    "image shop/checkout@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "commit 3f786850e387550fdab836ed7e6dc881de23001b", "uid 550e8400-e29b-41d4-a716-446655440000",
    "trace_id=4bf92f3577b34da6a3ce929d0e0e4736 span_id=00f067aa0ba902b7", "pod checkout-6f7c9d5b8-x2k4p restarted",  # noqa: E501
    "etag W/\"5f3e-17a9c2b4d10\"", "request_id=req-01HZX3T9QK5M7N8P2R4S6V0W1Y", "job 8a7f9c2e-build-20261121",
    "GET /hooks/list 200", "GET /webhooks/github 200", "POST /hooks/pre-receive 204", "GET /bot/status 200",
    "GET /robots.txt 200", "https://acme.io/botany/plants", "https://github.com/acme/shop.git", "git@github.com:acme/shop.git",  # noqa: E501
    "http://host:9200/_cat", "see http://127.0.0.1:8080/metrics", "mail to noreply@acme.io", "from user@host.local",  # noqa: E501
    "GET /?q=100%25+sure", "path=%2Fvar%2Flib%2Fdata", "q=%D0%BF%D1%80%D0%B8%D0%B2%D0%B5%D1%82", "GET /a?next=%2Forders%3Fpage%3D2",  # noqa: E501
    "data aGVsbG8gd29ybGQsIGhvdyBhcmUgeW91", "ClassCastExceptionHandlerFactoryBean", "resource-version-1234567890123456",  # noqa: E501
    "java.util.concurrent.ThreadPoolExecutor$Worker.run(ThreadPoolExecutor.java:642)", "ldap search base dc=acme,dc=io",  # noqa: E501
    "mysql -h db -P 3306 shop", "docker run -p 8080:80 nginx", "curl -u http://db", "ssh -p 2222 host", "mkdir -p /var/lib/data",  # noqa: E501
    "redis-cli -p 6379 ping", "tar -xpf a.tgz", "cookie: none", "cookies accepted", "cost $6 of $12", "$1$2", "echo $2",  # noqa: E501
    "price: $5$", "phone book", "order 45091234567", "session started", "api: v1", "api_version=2026-01-01",
    "key not found: user:1:name", "Unknown key 'foo' in config", "kid=2026-11", "pwd=/home/bob", "cwd /srv", "PWD=/srv/app",  # noqa: E501
    "https://acme.io/triggers/manual/run", "the access key id was not found", "token for pod checkout-6f7c9d5b8-x2k4p was refused",  # noqa: E501
    "password authentication failed for user \"app\"", "FATAL: password authentication failed for user \"postgres\"",  # noqa: E501
    "Accepted publickey for bob from 10.0.0.7 port 51234 ssh2", "Failed password for root from 10.0.0.7 port 51234 ssh2",  # noqa: E501
    "Failed password for invalid user admin from 10.0.0.7", "pam_unix(sshd:auth): authentication failure; user=bob",  # noqa: E501
    "sk-learn and sk-image", "npm_config_cache=/tmp", "hf_hub_download", "glances-monitor-plugin", "cio-checkout-service",  # noqa: E501
    "pat-and-mat", "data-pipeline-operator", "dapi-service-discovery-agent", "ntn_listener_thread_pool", "y0_axis_label_format",  # noqa: E501
    "kind: ConfigMap\ndata:\n  app.conf: aaaa\n", "kind: SecretProviderClass\ndata:\n  a: b\n", "user=bob session=3",  # noqa: E501
    "Password::Reset", "session_id=7", "password={value};", "chpasswd: no changes", "sqlplus / as sysdba",
    "<password-policy>strict</password-policy>", "<custom-admin-password>' --insecure", "a `--key`, `--token` or `--cert`",  # noqa: E501
    "token=Token{78af589 ActivityRecord{3b04890 u0 com.acme/.MainActivity t761}}", "  ~ password = (sensitive value)",  # noqa: E501
    "+ token = (known after apply)", '{"client_token":"hmac-sha256:7c2e69131a36ae2a042a339b33381c6d0d43887e2de83720eff5359e26aec866"}',  # noqa: E501
    "X-Auth-Token: {SHA256}7c2e69131a36ae2a042a339b33381c6d0d43887e2de83720eff5359e26aec866", "password=[FILTERED]",  # noqa: E501
    "Authorization: AWS4-HMAC-SHA256", "net user bob /delete", "net user bob * /add", "net use Z: /delete", "to use /user:bob",  # noqa: E501
    "the net user count is 17", "ConvertTo-SecureString $env:PW -AsPlainText", 'ConvertTo-SecureString "$env:PW" -Force',  # noqa: E501
    "#0 db.php(12): PDO->__construct('mysql:host=db;db...', 'app', Object(SensitiveParameterValue))", '"AUTH" failed',  # noqa: E501
    "#1 shop.php(9): PDO->query('SELECT name FR...')", '{error,{auth_failure,"refused"}}', "digest:bob:cdrwa",
    '{"variable-name":"ETCD_NAME","variable-value":"default"}', "secret id of the token: none", "snmpget -v2c 10.3.0.7",  # noqa: E501
    "initial password to proceed: see the log", "psexec \\\\web1 -u ACME\\svc cmd", "sqlcmd -S db -E -Q 'select 1'",  # noqa: E501
    "Unexpected token 'x9Kd72mQwe01abcd' in JSON", "Unexpected token x9Kd72mQwe01abcd in JSON at position 0", "token_type=bearer expires_in=3600",  # noqa: E501
    "session_id=4bf92f3577b34da6a3ce929d0e0e4736", "session_id=550e8400-e29b-41d4-a716-446655440000", "sessionId=checkout-17",  # noqa: E501
    "snmp-server community public RO", "tacacs-server host 10.0.0.7 timeout 5", "psk_identity=shop", "mot de passe oublié",  # noqa: E501
    "il passe: demain", "contraseña incorrecta", "senha inválida", "密码错误", "hasło wygasło", "key_mgmt=WPA-PSK", "Password [optional]",  # noqa: E501
    '<setting name="Timeout" serializeAs="String"><value>30</value></setting>', "password: !!null null", "token [expired] of bob",  # noqa: E501
)  # fmt: skip
"""Texts that hold words and forms of secrets, and none."""

_MARK: Final = re.compile("«([a-z0-9]+)»")


def surround_secrets(seed: int) -> Iterator[Surrounded]:
    """Yield each text with secrets of its own.

    Args:
        seed: The same seed gives the same secrets.
    """
    draw = random.Random(seed)  # noqa: S311 - nothing is protected by these
    for template in WRITTEN:
        yield _fill(draw, template)
    for template, inner, encode in ENCODED:
        secret = _pick(draw, _LOWER + string.digits, 12)
        encoded = encode(inner.format(secret))
        yield Surrounded(text=template.format(encoded), traces=[secret, encoded])
    for number, make in enumerate(ISSUED.values()):
        token = make(draw)
        yield Surrounded(text=_CARRIERS[number % len(_CARRIERS)].format(token), traces=[token])


def _fill(draw: _Draw, template: str) -> Surrounded:
    traces: list[str] = []

    def fill(mark: re.Match[str]) -> str:
        traces.append(_VALUES[mark[1]](draw))
        return traces[-1]

    return Surrounded(text=_MARK.sub(fill, template), traces=traces)
