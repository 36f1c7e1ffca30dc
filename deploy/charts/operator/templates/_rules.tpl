{{- /*
What the operator asks of the API server in the namespaces it acts in. A test runs it under these rules and fails when
one is missing, and when one is not used. Children are removed when their VirtualMCPServer is, which is not for the
operator to do; it deletes only what a changed spec has no more.
*/ -}}
{{- define "headgate.rules" -}}
- apiGroups: [toolhive.stacklok.dev]
  resources:
    - embeddingservers
    - mcpauthzconfigs
    - mcpexternalauthconfigs
    - mcpgroups
    - mcpoidcconfigs
    - mcpregistries
    - mcpremoteproxies
    - mcpserverentries
    - mcpservers
    - mcptelemetryconfigs
    - mcptoolconfigs
    - mcpwebhookconfigs
    - virtualmcpcompositetooldefinitions
    - virtualmcpservers
  # Patched are finalizers, and whose fields in a status are that another operator wrote.
  verbs: [get, list, watch, patch]
- apiGroups: [toolhive.stacklok.dev]
  resources:
    - embeddingservers/status
    - mcpauthzconfigs/status
    - mcpexternalauthconfigs/status
    - mcpgroups/status
    - mcpoidcconfigs/status
    - mcpregistries/status
    - mcpremoteproxies/status
    - mcpserverentries/status
    - mcpservers/status
    - mcptelemetryconfigs/status
    - mcptoolconfigs/status
    - mcpwebhookconfigs/status
    - virtualmcpcompositetooldefinitions/status
    - virtualmcpservers/status
  verbs: [patch]
# Where clusters check it (OpenShift does), whoever owns an object and blocks the owner's deletion needs this.
- apiGroups: [toolhive.stacklok.dev]
  resources: [virtualmcpservers/finalizers]
  verbs: [update]
# What gateways are made of. Secrets and ConfigMaps of others are followed by name; one that a gateway uses is read.
- apiGroups: [""]
  resources: [configmaps, secrets, services]
  verbs: [get, list, watch, create, patch]
- apiGroups: [""]
  resources: [serviceaccounts]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [apps]
  resources: [deployments]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [rbac.authorization.k8s.io]
  resources: [roles, rolebindings]
  verbs: [get, list, watch, create, patch, delete]
# What a spec may ask for beside them.
- apiGroups: [autoscaling]
  resources: [horizontalpodautoscalers]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [networking.k8s.io]
  resources: [networkpolicies]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [policy]
  resources: [poddisruptionbudgets]
  verbs: [get, list, watch, create, patch, delete]
- apiGroups: [""]
  resources: [pods]
  verbs: [list, watch]
# How gateways say how their backends are.
- apiGroups: [""]
  resources: [pods/proxy]
  verbs: [get]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create, patch]
# Whether the reference's operator acts here, beside which this one does not start.
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [toolhive-operator-leader-election]
  verbs: [list]
{{- end -}}

{{- /* In its own namespace. */ -}}
{{- define "headgate.leaseRules" -}}
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  verbs: [create]
- apiGroups: [coordination.k8s.io]
  resources: [leases]
  resourceNames: [{{ include "headgate.name" . }}]
  verbs: [get, update]
{{- end -}}

{{- define "headgate.namespaces" -}}
{{- default (list .Release.Namespace) .Values.operator.rbac.allowedNamespaces | uniq | sortAlpha | join "," -}}
{{- end -}}
