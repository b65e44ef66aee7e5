{{- /* The pod spec of a run of the command line client; takes root, args, claim (may be empty) and resources. */ -}}
{{- define "bulian.clientPod" -}}
serviceAccountName: {{ include "bulian.serviceAccount" .root }}
automountServiceAccountToken: false
enableServiceLinks: false
restartPolicy: Never
securityContext:
  {{- include "bulian.podSecurity" .root | nindent 2 }}
{{- with .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
containers:
  - name: bulian
    image: {{ include "bulian.image" .root }}
    imagePullPolicy: {{ .root.Values.image.pullPolicy }}
    command: [/usr/bin/bulian]
    args:
      - --server={{ include "bulian.writer" .root }}:{{ .root.Values.service.grpcPort }}
      {{- toYaml .args | nindent 6 }}
    env:
      - name: POD_NAME
        valueFrom: {fieldRef: {fieldPath: metadata.name}}
    resources:
      {{- toYaml .resources | nindent 6 }}
    securityContext:
      {{- include "bulian.containerSecurity" .root | nindent 6 }}
    {{- if .claim }}
    volumeMounts:
      - {name: archives, mountPath: /backup}
    {{- end }}
{{- if .claim }}
volumes:
  - name: archives
    persistentVolumeClaim: {claimName: {{ .claim }}}
{{- end }}
{{- end -}}
