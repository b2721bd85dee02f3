{{/* What no schema can say: values that don't go together. Each message names the value and what to do. */}}
{{- define "runlore.validate" -}}
{{- $v := .Values -}}
{{- if not $v.secrets.existingSecret -}}
{{- fail "secrets.existingSecret is empty: make a Secret with the keys that secrets.files names, and give its name" -}}
{{- end -}}
{{- range $variable := list "RUNLORE_API_KEY_FILE" "RUNLORE_MASK_KEY_FILE" -}}
{{- if not (get $v.secrets.files $variable) -}}
{{- fail (printf "secrets.files.%s is empty: the service needs it, so name the key of the Secret" $variable) -}}
{{- end -}}
{{- end -}}
{{- range $variable, $_ := $v.service.settings -}}
{{- if hasSuffix "_PASSWORD" $variable -}}
{{- fail (printf "service.settings.%s would be in a ConfigMap: put it into the Secret of stores.existingSecret, or name its key as secrets.files.%s_FILE" $variable $variable) -}}
{{- end -}}
{{- end -}}
{{- if and $v.externalSecrets.enabled (not $v.externalSecrets.store.name) -}}
{{- fail "externalSecrets.store.name is empty: name the SecretStore or ClusterSecretStore to fetch from" -}}
{{- end -}}
{{- if not $v.stores.existingSecret -}}
{{- range $name := list "opensearchUrl" "kafkaBootstrap" "mlflowUrl" "prometheusUrl" "stagingUrl" -}}
{{- if not (get $v.stores $name) -}}
{{- fail (printf "stores.%s is empty: give the address, or a Secret with all of them by stores.existingSecret" $name) -}}
{{- end -}}
{{- end -}}
{{- if not (include "runlore.redisUrl" .) -}}
{{- fail "stores.redisUrl is empty: give the address, or set redis.bundled" -}}
{{- end -}}
{{- end -}}
{{- if and $v.redis.bundled $v.stores.redisUrl -}}
{{- fail "redis.bundled and stores.redisUrl are both set: take one of them" -}}
{{- end -}}
{{- if not $v.docs -}}
{{- fail "docs is empty: name at least one repository of documents, such as --set docs[0].url=https://git.example/runbooks.git" -}}
{{- end -}}
{{- if not (include "runlore.embeddingUrl" .) -}}
{{- fail "embedding.url is empty and models.embedder is off: questions would have no vector" -}}
{{- end -}}
{{- $sources := compact (list $v.embedding.tokenizer.existingConfigMap $v.embedding.tokenizer.existingClaim) -}}
{{- if ne (len $sources) 1 -}}
{{- fail "embedding.tokenizer needs exactly one of existingConfigMap and existingClaim: the tokenizer.json of the embedding model" -}}
{{- end -}}
{{- with $v.service.autoscaling -}}
{{- if and .enabled (gt (int .minReplicas) (int .maxReplicas)) -}}
{{- fail (printf "service.autoscaling.minReplicas is %d, more than maxReplicas, %d" (int .minReplicas) (int .maxReplicas)) -}}
{{- end -}}
{{- if and .enabled (not (dig "requests" "cpu" "" $v.service.resources)) -}}
{{- fail "service.autoscaling measures the share of service.resources.requests.cpu, which is empty" -}}
{{- end -}}
{{- end -}}
{{- if le (int $v.service.terminationGracePeriodSeconds) (add (int $v.service.drainSeconds) 10 | int) -}}
{{- fail "service.terminationGracePeriodSeconds has to be more than service.drainSeconds and the 10 s in which answers are finished" -}}
{{- end -}}
{{- if and $v.ingress.enabled (not $v.ingress.host) -}}
{{- fail "ingress.enabled needs ingress.host" -}}
{{- end -}}
{{- if and $v.ingress.enabled $v.ingress.tls.enabled (not $v.ingress.tls.existingSecret) -}}
{{- fail "ingress.tls.existingSecret is empty: name the Secret with the certificate; a certificate manager fills it in" -}}
{{- end -}}
{{- range $name, $model := $v.models -}}
{{- if and $model.enabled (not $model.storageUri) -}}
{{- fail (printf "models.%s.storageUri is empty: say where the weights lie, such as pvc://models/%s or s3://models/%s" $name $name $name) -}}
{{- end -}}
{{- if and $model.enabled (gt (int $model.minReplicas) (int $model.maxReplicas)) -}}
{{- fail (printf "models.%s.minReplicas is more than its maxReplicas" $name) -}}
{{- end -}}
{{- end -}}
{{- if and $v.models.gptOss20b.enabled $v.models.gemma3270m.enabled -}}
{{- fail "models.gptOss20b and models.gemma3270m are both on, and one model answers: take one" -}}
{{- end -}}
{{- if and $v.collector.readSecrets (not $v.collector.rbac) -}}
{{- fail "collector.readSecrets adds to collector.rbac, which is off" -}}
{{- end -}}
{{- if and $v.openWebui.enabled (not $v.openWebui.existingSecret) -}}
{{- fail "openWebui.existingSecret is empty: make a Secret with the keys secret-key, api-key, user-jwt, admin-email and admin-password" -}}
{{- end -}}
{{- if and $v.openWebui.enabled (not $v.openWebui.url) -}}
{{- fail "openWebui.url is empty: its address for people, which it allows as origin" -}}
{{- end -}}
{{- end -}}
