{{- define "headgate.chart" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- /* Short enough for what is appended. */ -}}
{{- define "headgate.name" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 42 | trimSuffix "-" -}}
{{- else if contains (include "headgate.chart" .) .Release.Name -}}
{{- .Release.Name | trunc 42 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "headgate.chart" .) | trunc 42 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- /* Of objects that belong to no namespace: other releases have other ones. */ -}}
{{- define "headgate.clusterName" -}}
{{- printf "%s:%s" .Release.Namespace (include "headgate.name" .) -}}
{{- end -}}

{{- define "headgate.serviceAccount" -}}
{{- with .Values.operator.serviceAccount -}}
{{- if .name -}}{{ .name }}{{- else if .create -}}{{ include "headgate.name" $ }}{{- else -}}default{{- end -}}
{{- end -}}
{{- end -}}

{{- define "headgate.leaseRole" -}}
{{- default (printf "%s-leader-election" (include "headgate.name" .)) .Values.operator.leaderElectionRole.name -}}
{{- end -}}

{{- define "headgate.redis" -}}
{{- printf "%s-redis" (include "headgate.name" .) -}}
{{- end -}}

{{- define "headgate.selector" -}}
app.kubernetes.io/name: {{ include "headgate.chart" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "headgate.labels" -}}
{{ include "headgate.selector" . }}
app.kubernetes.io/part-of: headgate
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" }}
{{- end -}}
