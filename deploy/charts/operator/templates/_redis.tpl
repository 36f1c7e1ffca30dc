{{- /* Of gateways that name no Redis: the one that is given, that of a parent chart, or the one for a first try. */ -}}
{{- define "headgate.redisAddress" -}}
{{- $global := default dict (default dict .Values.global).redis -}}
{{- if .Values.operator.defaultRedis.addr -}}
{{- .Values.operator.defaultRedis.addr -}}
{{- else if $global.host -}}
{{- printf "%s:%v" $global.host (default 6379 $global.port) -}}
{{- else if .Values.redis.enabled -}}
{{- printf "%s.%s.svc.cluster.local:6379" (include "headgate.redis" .) .Release.Namespace -}}
{{- end -}}
{{- end -}}

{{- define "headgate.redisSecret" -}}
{{- $global := default dict (default dict .Values.global).redis -}}
{{- $own := .Values.operator.defaultRedis -}}
{{- if or $own.addr $global.host -}}{{ default $global.existingSecret $own.existingSecret }}{{- end -}}
{{- end -}}

{{- define "headgate.redisSecretKey" -}}
{{- $global := default dict (default dict .Values.global).redis -}}
{{- coalesce .Values.operator.defaultRedis.existingSecretKey $global.existingSecretKey "redis-password" -}}
{{- end -}}
