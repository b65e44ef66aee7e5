{{- /* What a schema cannot say well. Included once, by the ConfigMap. */ -}}
{{- define "bulian.checks" -}}
{{- if not .Values.insecureAllowRemote -}}
{{- fail "insecureAllowRemote must be true: the server has neither identities nor TLS yet, so it may only be installed where everybody who reaches it may do everything (networkPolicy.clients says who reaches it)" -}}
{{- end -}}
{{- if eq .Values.mode "distributed" -}}
{{- if and (not .Values.redis.bundled.enabled) (not .Values.redis.address) -}}
{{- fail "mode distributed needs a Redis: set redis.address (and redis.passwordSecret.name), or redis.bundled.enabled=true for a trial" -}}
{{- end -}}
{{- if and .Values.redis.bundled.enabled .Values.redis.address -}}
{{- fail "redis.address and redis.bundled.enabled exclude each other: which Redis is meant?" -}}
{{- end -}}
{{- if and .Values.redis.bundled.enabled (ne .Values.redis.mode "standalone") -}}
{{- fail "the bundled Redis is one server: redis.mode must be standalone" -}}
{{- end -}}
{{- if and (eq .Values.redis.mode "sentinel") (not .Values.redis.master) -}}
{{- fail "redis.mode sentinel needs redis.master, the name the Sentinels know the master by" -}}
{{- end -}}
{{- include "bulian.checkGroups" . -}}
{{- range $component := list "registry" "analysis" -}}
{{- $scaling := (index $.Values $component).autoscaling -}}
{{- if and $scaling.enabled (gt (int $scaling.minReplicas) (int $scaling.maxReplicas)) -}}
{{- fail (printf "%s.autoscaling: minReplicas is above maxReplicas" $component) -}}
{{- end -}}
{{- if and $scaling.enabled (not $scaling.targetCPU) (not $scaling.targetFollowLag) -}}
{{- fail (printf "%s.autoscaling needs targetCPU or targetFollowLag" $component) -}}
{{- end -}}
{{- end -}}
{{- else -}}
{{- if .Values.analysis.groups -}}
{{- fail "mode single is one pod that holds everything: analysis.groups belongs to mode distributed" -}}
{{- end -}}
{{- if or .Values.redis.address .Values.redis.bundled.enabled -}}
{{- fail "mode single keeps its data in a file: redis.address and redis.bundled.enabled belong to mode distributed" -}}
{{- end -}}
{{- end -}}
{{- if and .Values.ingress.enabled (or (not .Values.ingress.host) (not .Values.ingress.tlsSecret)) -}}
{{- fail "ingress needs ingress.host and ingress.tlsSecret: gRPC beyond the cluster goes over TLS only" -}}
{{- end -}}
{{- if and .Values.grpcRoute.enabled (not .Values.grpcRoute.parentRefs) -}}
{{- fail "grpcRoute needs grpcRoute.parentRefs: which Gateway does it belong to?" -}}
{{- end -}}
{{- if and .Values.backup.enabled (not .Values.backup.existingClaim) -}}
{{- fail "backup needs backup.existingClaim: a volume of its own, better on another disk than the data" -}}
{{- end -}}
{{- range $name := list "listen" "http-listen" "insecure-allow-remote" "wait-for-repair" "target" "clusters" "store" "data-dir" "max-data-size" "drain-delay" "shutdown-grace" "page-token-secret" -}}
{{- if hasKey $.Values.config $name -}}
{{- fail (printf "config.%s is set by the chart; use the value for it" $name) -}}
{{- end -}}
{{- end -}}
{{- range $name, $_ := .Values.config -}}
{{- if hasPrefix "redis-" $name -}}
{{- if not (has $name (list "redis-timeout" "redis-wait-timeout")) -}}
{{- fail (printf "config.%s is set by the chart; use the values under redis" $name) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
