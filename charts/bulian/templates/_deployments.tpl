{{- /*
Every Deployment of mode distributed as a JSON list: component, name, of (its values), labels that tell its pods from
the others', and of an analysis group the clusters it holds, as the option says them.
*/ -}}
{{- define "bulian.deployments" -}}
{{- $name := include "bulian.fullname" . -}}
{{- $component := "app.kubernetes.io/component" -}}
{{- $all := list (dict "component" "registry" "name" (printf "%s-registry" $name) "of" .Values.registry "labels" (dict $component "registry")) -}}
{{- $groups := .Values.analysis.groups -}}
{{- if not $groups -}}
{{- $all = append $all (dict "component" "analysis" "name" (printf "%s-analysis" $name) "of" .Values.analysis "labels" (dict $component "analysis")) -}}
{{- end -}}
{{- $named := list -}}
{{- range $groups }}{{ $named = concat $named (default list .clusters) }}{{ end -}}
{{- range $group := $groups -}}
{{- $clusters := join "," $group.clusters -}}
{{- if $group.rest }}{{ $clusters = ternary (printf "all-but:%s" (join "," $named)) "" (gt (len $named) 0) }}{{ end -}}
{{- $of := merge (deepCopy (pick $group "replicas" "resources")) (deepCopy (omit $.Values.analysis "groups")) -}}
{{- $labels := dict $component "analysis" "bulian-group" $group.name -}}
{{- $all = append $all (dict "component" "analysis" "name" (printf "%s-analysis-%s" $name $group.name) "of" $of "labels" $labels "clusters" $clusters) -}}
{{- end -}}
{{- toJson $all -}}
{{- end -}}

{{- define "bulian.checkGroups" -}}
{{- $names := dict -}}
{{- $holder := dict -}}
{{- $rest := "" -}}
{{- range $group := .Values.analysis.groups -}}
{{- if hasKey $names $group.name }}{{ fail (printf "analysis.groups: two are named %s" $group.name) }}{{ end -}}
{{- $_ := set $names $group.name true -}}
{{- if eq (not $group.rest) (not $group.clusters) -}}
{{- fail (printf "analysis.groups: %s needs either clusters or rest: true" $group.name) -}}
{{- end -}}
{{- if and $group.rest $rest }}{{ fail (printf "analysis.groups: both %s and %s are the rest" $rest $group.name) }}{{ end -}}
{{- if $group.rest }}{{ $rest = $group.name }}{{ end -}}
{{- range $cluster := $group.clusters -}}
{{- if hasKey $holder $cluster }}{{ fail (printf "analysis.groups: %s is in %s and in %s" $cluster (get $holder $cluster) $group.name) }}{{ end -}}
{{- $_ := set $holder $cluster $group.name -}}
{{- end -}}
{{- end -}}
{{- if and .Values.analysis.groups (or .Values.ingress.enabled .Values.grpcRoute.enabled) -}}
{{- fail "analysis.groups: ingress and grpcRoute cannot tell clusters apart, which are in the messages; let clients call each group's Service" -}}
{{- end -}}
{{- end -}}
