{{- /* The settings of .env.example that the chart decides, then those of the values. */ -}}
{{- define "keystead.environment" -}}
- { name: KEYSTEAD_HOST, value: {{ ternary "127.0.0.1" "0.0.0.0" (eq .Values.tls.mode "none") | quote }} }
- { name: KEYSTEAD_PORT, value: "7300" }
- { name: KEYSTEAD_DATA_DIR, value: /var/lib/keystead }
- name: KEYSTEAD_NODE_NAME
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
- { name: KEYSTEAD_METRICS, value: {{ .Values.metrics.mode | quote }} }
{{- if not .Values.database.embedded }}
- name: KEYSTEAD_DATABASE_URL
  valueFrom: { secretKeyRef: {{ toJson .Values.database.secret }} }
- { name: KEYSTEAD_MIGRATE, value: "false" }
{{- end }}
{{- with include "keystead.rootKey" . }}
- { name: KEYSTEAD_ROOT_KEY, value: {{ . | quote }} }
{{- end }}
{{- with .Values.bootstrapSecret.name }}
- name: KEYSTEAD_BOOTSTRAP_TOKEN
  valueFrom: { secretKeyRef: { name: {{ . }}, key: token, optional: true } }
{{- end }}
{{- if include "keystead.hasTls" . }}
- { name: KEYSTEAD_TLS_CERT, value: /etc/keystead/tls/tls.crt }
- { name: KEYSTEAD_TLS_KEY, value: /etc/keystead/tls/tls.key }
- { name: KEYSTEAD_TLS_MIN_VERSION, value: {{ .Values.tls.minVersion | quote }} }
{{- if .Values.tls.clientCa.configMap }}
- { name: KEYSTEAD_TLS_CLIENT_CA, value: /etc/keystead/client-ca/ca.crt }
{{- if .Values.tls.clientCa.crl }}
- { name: KEYSTEAD_TLS_CRL, value: /etc/keystead/client-ca/crl.pem }
{{- end }}
{{- end }}
{{- end }}
{{- if eq .Values.tls.mode "proxy" }}
- { name: KEYSTEAD_BEHIND_TLS_PROXY, value: "true" }
{{- end }}
{{- if .Values.audit.signerSecret.name }}
- { name: KEYSTEAD_AUDIT_SIGNER, value: /etc/keystead/audit/{{ .Values.audit.signerSecret.key }} }
{{- end }}
{{- include "keystead.trust" . }}
{{- range $name, $reference := .Values.secretSettings }}
- name: {{ $name }}
  valueFrom: { secretKeyRef: {{ toJson $reference }} }
{{- end }}
{{- range $name, $value := .Values.settings }}
- { name: {{ $name }}, value: {{ $value | toString | quote }} }
{{- end }}
{{- end -}}

{{- /* Authorities besides the public ones. */ -}}
{{- define "keystead.trust" -}}
{{- with .Values.trustedCa }}
{{- if .configMap }}
- { name: NODE_EXTRA_CA_CERTS, value: /etc/keystead/trusted-ca/{{ .key }} }
{{- end }}
{{- end }}
{{- end -}}
