{{- define "headgate.environment" -}}
{{- $operator := .Values.operator -}}
- name: POD_NAME
  valueFrom:
    fieldRef:
      fieldPath: metadata.name
- name: POD_NAMESPACE
  valueFrom:
    fieldRef:
      fieldPath: metadata.namespace
- name: HEADGATE_LEASE
  value: {{ include "headgate.name" . }}
- name: WATCH_NAMESPACE
  value: {{ eq $operator.rbac.scope "namespace" | ternary (include "headgate.namespaces" .) "" | quote }}
- name: VMCP_IMAGE
  value: {{ include "headgate.gatewayImage" . | quote }}
{{- with $operator.defaultImagePullSecrets }}
{{- $names := list }}
{{- range . }}{{ $names = append $names (kindIs "map" . | ternary (get (kindIs "map" . | ternary . dict) "name") .) }}{{ end }}
- name: TOOLHIVE_DEFAULT_IMAGE_PULL_SECRETS
  value: {{ join "," $names | quote }}
{{- end }}
{{- with include "headgate.redisAddress" . }}
- name: TOOLHIVE_DEFAULT_REDIS_ADDR
  value: {{ . | quote }}
{{- end }}
{{- with include "headgate.redisSecret" . }}
- name: TOOLHIVE_DEFAULT_REDIS_SECRET_NAME
  value: {{ . | quote }}
- name: TOOLHIVE_DEFAULT_REDIS_SECRET_KEY
  value: {{ include "headgate.redisSecretKey" $ | quote }}
{{- end }}
{{- if include "headgate.openshift" . }}
- name: OPERATOR_OPENSHIFT
  value: "true"
{{- end }}
{{- end -}}
