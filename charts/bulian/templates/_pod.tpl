{{- /* The pod template of a server. Takes root (the chart's context) and an entry of bulian.deployments, or the same of the mode single. */ -}}
{{- define "bulian.pod" -}}
{{- $root := .root -}}
{{- $values := $root.Values -}}
{{- $single := eq .component "single" -}}
metadata:
  annotations:
    # Another configuration is another pod.
    checksum/config: {{ include "bulian.configFile" $root | sha256sum }}
    {{- with $values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  labels:
    {{- include "bulian.labels" $root | nindent 4 }}
    {{- toYaml .labels | nindent 4 }}
    {{- with $values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "bulian.serviceAccount" $root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  terminationGracePeriodSeconds: {{ add $values.shutdown.preStopSleepSeconds $values.shutdown.drainDelaySeconds $values.shutdown.graceSeconds 10 }}
  securityContext:
    {{- include "bulian.podSecurity" $root | nindent 4 }}
  {{- with $values.imagePullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if and (not $single) $values.topologySpread.enabled }}
  topologySpreadConstraints:
    {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: {{ $values.topologySpread.whenUnsatisfiable }}
      labelSelector:
        matchLabels:
          {{- include "bulian.selector" $root | nindent 10 }}
          {{- toYaml $.labels | nindent 10 }}
    {{- end }}
  {{- end }}
  containers:
    - name: buliand
      image: {{ include "bulian.image" $root }}
      imagePullPolicy: {{ $values.image.pullPolicy }}
      command: [/usr/bin/buliand]
      args:
        - --config=/etc/bulian/bulian.conf
        - --target={{ ternary "all" .component $single }}
        {{- with .clusters }}
        - --clusters={{ . }}
        {{- end }}
        - --listen={{ $values.listenHost }}:{{ $values.service.grpcPort }}
        - --http-listen={{ $values.listenHost }}:{{ $values.service.httpPort }}
        - --insecure-allow-remote
        - --wait-for-repair
      {{- if or $values.pageTokenSecret.existingSecret $values.extraEnv }}
      env:
        {{- if $values.pageTokenSecret.existingSecret }}
        - name: BULIAN_PAGE_TOKEN_SECRET
          valueFrom:
            secretKeyRef:
              name: {{ $values.pageTokenSecret.existingSecret }}
              key: {{ $values.pageTokenSecret.key }}
        {{- end }}
        {{- with $values.extraEnv }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- end }}
      ports:
        - {name: grpc, containerPort: {{ $values.service.grpcPort }}, protocol: TCP}
        - {name: http, containerPort: {{ $values.service.httpPort }}, protocol: TCP}
      startupProbe:
        {{- include "bulian.probe" (dict "values" $values "path" "/startupz") | nindent 8 }}
        periodSeconds: {{ $values.probes.startup.periodSeconds }}
        failureThreshold: {{ $values.probes.startup.failureThreshold }}
        timeoutSeconds: 5
      readinessProbe:
        {{- include "bulian.probe" (dict "values" $values "path" "/readyz") | nindent 8 }}
        periodSeconds: {{ $values.probes.readiness.periodSeconds }}
        timeoutSeconds: {{ $values.probes.readiness.timeoutSeconds }}
        failureThreshold: {{ $values.probes.readiness.failureThreshold }}
      livenessProbe:
        {{- include "bulian.probe" (dict "values" $values "path" "/livez") | nindent 8 }}
        periodSeconds: {{ $values.probes.liveness.periodSeconds }}
        timeoutSeconds: {{ $values.probes.liveness.timeoutSeconds }}
        failureThreshold: {{ $values.probes.liveness.failureThreshold }}
      {{- if $values.shutdown.preStopSleepSeconds }}
      lifecycle:
        preStop: {sleep: {seconds: {{ $values.shutdown.preStopSleepSeconds }}}}
      {{- end }}
      resources:
        {{- toYaml .of.resources | nindent 8 }}
      securityContext:
        {{- include "bulian.containerSecurity" $root | nindent 8 }}
      terminationMessagePolicy: FallbackToLogsOnError
      volumeMounts:
        # A folder, not a subPath: what is mended in the ConfigMap or the Secret arrives in the running pod.
        - {name: config, mountPath: /etc/bulian, readOnly: true}
        {{- if $single }}
        - {name: data, mountPath: /var/lib/bulian}
        {{- end }}
        {{- if and (not $single) $values.redis.passwordSecret.name }}
        - {name: redis-password, mountPath: /run/secrets/redis, readOnly: true}
        {{- end }}
        {{- if and (not $single) $values.redis.sentinelPasswordSecret.name }}
        - {name: sentinel-password, mountPath: /run/secrets/sentinel, readOnly: true}
        {{- end }}
        {{- with $values.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: config
      configMap: {name: {{ include "bulian.fullname" $root }}}
    {{- if and $single $values.single.storage.existingClaim }}
    - name: data
      persistentVolumeClaim: {claimName: {{ $values.single.storage.existingClaim }}}
    {{- end }}
    {{- if and (not $single) $values.redis.passwordSecret.name }}
    - name: redis-password
      secret:
        secretName: {{ $values.redis.passwordSecret.name }}
        items: [{key: {{ $values.redis.passwordSecret.key }}, path: password}]
    {{- end }}
    {{- if and (not $single) $values.redis.sentinelPasswordSecret.name }}
    - name: sentinel-password
      secret:
        secretName: {{ $values.redis.sentinelPasswordSecret.name }}
        items: [{key: {{ $values.redis.sentinelPasswordSecret.key }}, path: password}]
    {{- end }}
    {{- with $values.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end -}}

{{- define "bulian.probe" -}}
{{- if eq .values.probes.type "grpc" -}}
grpc: {port: {{ .values.service.grpcPort }}}
{{- else -}}
httpGet: {path: {{ .path }}, port: http}
{{- end -}}
{{- end -}}

{{- /* The file of options that all pods read. */ -}}
{{- define "bulian.configFile" -}}
drain-delay: {{ .Values.shutdown.drainDelaySeconds }}s
shutdown-grace: {{ .Values.shutdown.graceSeconds }}s
{{- if eq .Values.mode "single" }}
store: lmdb
data-dir: /var/lib/bulian/data
max-data-size: {{ .Values.single.maxDataSize }}
{{- else }}
store: redis
redis-address: {{ include "bulian.redisAddress" . }}
redis-mode: {{ .Values.redis.mode }}
redis-prefix: {{ .Values.redis.prefix }}
redis-durability: {{ .Values.redis.durability }}
redis-wait-replicas: {{ .Values.redis.waitReplicas }}
{{- with .Values.redis.master }}
redis-master: {{ . }}
{{- end }}
{{- with .Values.redis.user }}
redis-user: {{ . }}
{{- end }}
{{- if .Values.redis.passwordSecret.name }}
redis-password-file: /run/secrets/redis/password
{{- end }}
{{- with .Values.redis.sentinelUser }}
redis-sentinel-user: {{ . }}
{{- end }}
{{- if .Values.redis.sentinelPasswordSecret.name }}
redis-sentinel-password-file: /run/secrets/sentinel/password
{{- end }}
{{- end }}
{{- range $name, $value := .Values.config }}
{{ $name }}: {{ $value }}
{{- end }}
{{- end -}}
