{{/* Name of the release's objects. */}}
{{- define "runlore.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels that select the pods of a component: (list . "service"). They never change. */}}
{{- define "runlore.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ default $root.Chart.Name $root.Values.nameOverride }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* All labels of a component's objects: (list . "service"). */}}
{{- define "runlore.labels" -}}
{{- $root := index . 0 -}}
{{ include "runlore.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: runlore
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end -}}

{{/* Name of an image, by digest if there is one, through the mirror if there is one: (list . .Values.image). */}}
{{- define "runlore.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- with $root.Values.global.imageRegistry }}{{ trimSuffix "/" . }}/{{ end -}}
{{- $image.repository -}}
{{- if $image.digest -}}
@{{ $image.digest }}
{{- else -}}
:{{ default $root.Chart.AppVersion $image.tag }}
{{- end -}}
{{- end -}}

{{- define "runlore.pullSecrets" -}}
{{- with .Values.global.imagePullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end -}}

{{/* A pod that may run under Pod Security "restricted". */}}
{{- define "runlore.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end -}}

{{- define "runlore.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end -}}

{{/* Public address of the service: what is said, or the Ingress, or its name in the cluster. */}}
{{- define "runlore.url" -}}
{{- if .Values.service.url -}}
{{- trimSuffix "/" .Values.service.url -}}
{{- else if .Values.ingress.enabled -}}
{{- ternary "https" "http" .Values.ingress.tls.enabled }}://{{ .Values.ingress.host -}}
{{- else -}}
{{- include "runlore.internalUrl" . -}}
{{- end -}}
{{- end -}}

{{/* Address of the service inside the cluster. */}}
{{- define "runlore.internalUrl" -}}
http://{{ include "runlore.fullname" . }}.{{ .Release.Namespace }}.svc{{ if ne (int .Values.service.port) 80 }}:{{ .Values.service.port }}{{ end }}
{{- end -}}

{{- define "runlore.redisUrl" -}}
{{- if .Values.redis.bundled -}}
redis://{{ include "runlore.fullname" . }}-redis:6379/0
{{- else -}}
{{- .Values.stores.redisUrl -}}
{{- end -}}
{{- end -}}

{{/* Address of the embedding model: what is said, or the InferenceService of this release. */}}
{{- define "runlore.embeddingUrl" -}}
{{- if .Values.embedding.url -}}
{{- .Values.embedding.url -}}
{{- else if .Values.models.embedder.enabled -}}
http://{{ include "runlore.fullname" . }}-embedder-predictor.{{ .Release.Namespace }}.svc
{{- end -}}
{{- end -}}

{{/* Address of the answering model: what is said, or an InferenceService of this release, or none. */}}
{{- define "runlore.answeringUrl" -}}
{{- if .Values.answering.url -}}
{{- .Values.answering.url -}}
{{- else if .Values.models.gptOss20b.enabled -}}
http://{{ include "runlore.fullname" . }}-gpt-oss-20b-predictor.{{ .Release.Namespace }}.svc/v1
{{- else if .Values.models.gemma3270m.enabled -}}
http://{{ include "runlore.fullname" . }}-gemma-3-270m-predictor.{{ .Release.Namespace }}.svc/openai/v1
{{- end -}}
{{- end -}}

{{/* Name of the answering model: of the InferenceService of this release, or what is said. */}}
{{- define "runlore.answeringModel" -}}
{{- if .Values.answering.url -}}
{{- .Values.answering.model -}}
{{- else if .Values.models.gptOss20b.enabled -}}
gpt-oss-20b
{{- else if .Values.models.gemma3270m.enabled -}}
gemma-3-270m
{{- else -}}
{{- .Values.answering.model -}}
{{- end -}}
{{- end -}}

{{/* Ports of the addresses that the service speaks to, as a JSON list of numbers. */}}
{{- define "runlore.storePorts" -}}
{{- $ports := list -}}
{{- $urls := list .Values.stores.opensearchUrl (include "runlore.redisUrl" .) (include "runlore.embeddingUrl" .) (include "runlore.answeringUrl" .) -}}
{{- range compact $urls -}}
{{- $parts := urlParse . -}}
{{- $port := regexFind ":[0-9]+$" $parts.host | trimPrefix ":" -}}
{{- $usual := get (dict "https" "443" "redis" "6379" "rediss" "6379") $parts.scheme | default "80" -}}
{{- $ports = append $ports (default $usual $port | int) -}}
{{- end -}}
{{- $ours := list .Values.models.embedder.enabled .Values.models.gptOss20b.enabled .Values.models.gemma3270m.enabled -}}
{{- if has true $ours -}}
{{- /* Their Services' port is 80; a policy is asked about that of the pods behind them. */ -}}
{{- $ports = append $ports 8080 -}}
{{- end -}}
{{- range compact (splitList "," .Values.stores.kafkaBootstrap) -}}
{{- $ports = append $ports (regexFind "[0-9]+$" . | int) -}}
{{- end -}}
{{- range .Values.networkPolicy.storePorts -}}
{{- $ports = append $ports (int .) -}}
{{- end -}}
{{- $ports | uniq | sortAlpha | toJson -}}
{{- end -}}
