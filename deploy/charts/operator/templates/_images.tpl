{{- define "headgate.operatorImage" -}}
{{- default (printf "ghcr.io/headgate/operator:%s" .Chart.AppVersion) .Values.operator.image -}}
{{- end -}}

{{- define "headgate.gatewayImage" -}}
{{- default (printf "ghcr.io/headgate/gateway:%s" .Chart.AppVersion) .Values.operator.vmcpImage -}}
{{- end -}}

{{- define "headgate.openshift" -}}
{{- $auto := and (eq .Values.operator.openshift "auto") (.Capabilities.APIVersions.Has "route.openshift.io/v1") -}}
{{- if or $auto (eq .Values.operator.openshift "always") -}}true{{- end -}}
{{- end -}}
