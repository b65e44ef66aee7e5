// Checks manifests of Kubernetes against the published schemas: unknown fields, missing fields and wrong types.
// Usage: node manifest_schemas.mjs < FILE, a JSON array of manifests. Prints each mistake; the exit status is 1 if there is any.
//
// Sources, all from npm: the type tables of cdk8s-plus-31, -32 and -33, generated from the API of those three minor
// versions, for unknown and missing fields; the validators of kubernetes-models, generated from a later one, for formats
// and values; those of the Gateway API and the Prometheus operator for theirs.
import { existsSync, readFileSync } from 'node:fs';

const MINORS = ['31', '32', '33'];
const modules = new URL('./node_modules/', import.meta.url);

// One minor version: the types by their name in the API, such as io.k8s.api.apps.v1.Deployment.
class ApiTypes {
  constructor(minor) {
    this.minor = minor;
    this.types = JSON.parse(readFileSync(new URL(`cdk8s-plus-${minor}/.jsii`, modules))).types;
    this.kinds = new Map();
    for (const type of Object.values(this.types)) {
      if (type.namespace === 'k8s' && type.kind === 'interface' && /^Kube.*Props$/.test(type.name) && type.docs?.custom?.schema)
        this.kinds.set(type.docs.custom.schema, type);
    }
  }

  // The table's type of a manifest; `apps/v1` Deployment is io.k8s.api.apps.v1.Deployment, networking.k8s.io/v1 is io.k8s.api.networking.v1.
  kindOf({ apiVersion, kind }) {
    const [version, group = 'core'] = apiVersion.split('/').reverse();
    return this.kinds.get(`io.k8s.api.${group.split('.')[0]}.${version}.${kind}`);
  }

  checkObject(type, value, path, report) {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return report(path, 'must be an object');
    const fields = new Map((type.properties ?? []).map((one) => [(one.docs?.custom?.schema ?? one.name).split('#').pop(), one]));
    for (const [key, inner] of Object.entries(value)) {
      const field = fields.get(key);
      if (field) this.check(field.type, inner, `${path}.${key}`, report);
      else if (!type.name.startsWith('Kube') || !['apiVersion', 'kind'].includes(key)) report(`${path}.${key}`, 'is no field of it');
    }
    for (const [key, field] of fields) if (!field.optional && value[key] === undefined) report(`${path}.${key}`, 'is required');
  }

  check(type, value, path, report) {
    if (value === null) return report(path, 'must not be null');
    if (type.primitive) return this.checkPrimitive(type.primitive, value, path, report);
    if (type.collection?.kind === 'array') {
      if (!Array.isArray(value)) return report(path, 'must be a list');
      return value.forEach((one, i) => this.check(type.collection.elementtype, one, `${path}[${i}]`, report));
    }
    if (type.collection) {
      if (typeof value !== 'object' || Array.isArray(value)) return report(path, 'must be a map');
      for (const [key, one] of Object.entries(value)) this.check(type.collection.elementtype, one, `${path}.${key}`, report);
      return undefined;
    }
    const named = this.types[type.fqn];
    if (named?.kind === 'interface') return this.checkObject(named, value, path, report);
    // IntOrString and Quantity.
    return ['string', 'number'].includes(typeof value) ? undefined : report(path, 'must be a text or a number');
  }

  checkPrimitive(primitive, value, path, report) {
    if (primitive === 'any' || primitive === 'json') return;
    const wanted = primitive === 'date' ? 'string' : primitive;
    if (typeof value !== wanted) report(path, `must be a ${wanted}, is ${JSON.stringify(value)}`);
  }
}

const camel = (text) => text.split('.').map((part) => part[0].toUpperCase() + part.slice(1)).join('');

// The validator of kubernetes-models and its sisters, or null.
async function validatorOf({ apiVersion, kind }) {
  const [version, group = 'core'] = apiVersion.split('/').reverse();
  const [directory, name] =
    group === 'monitoring.coreos.com' ? ['@kubernetes-models/prometheus-operator', `ComGithubPrometheusOperatorPrometheusOperatorPkgApisMonitoring${camel(version)}${kind}`]
    : group === 'gateway.networking.k8s.io' ? ['@kubernetes-models/gateway-api', `IoK8sSigsGatewayApiApis${camel(version)}${kind}`]
    : ['kubernetes-models', `IoK8sApi${camel(group.split('.')[0])}${camel(version)}${kind}`];
  const file = new URL(`${directory}/_schemas/${name}.js`, modules);
  return existsSync(file) ? { directory, validate: (await import(file)).validate } : null;
}

let mistakes = 0;
const manifests = JSON.parse(readFileSync(0, 'utf-8'));
const minors = MINORS.map((minor) => new ApiTypes(minor));
for (const manifest of manifests) {
  const name = `${manifest.kind}/${manifest.metadata?.name}`;
  const say = (source, path, what) => {
    mistakes += 1;
    console.log(`${name}${path}: ${what} (${source})`);
  };
  const found = await validatorOf(manifest);
  if (found && !found.validate(manifest)) {
    for (const error of found.validate.errors)
      say(found.directory, error.instancePath.replaceAll('/', '.'), error.message ?? `${error.keyword} ${JSON.stringify(error.params)}`);
  }
  const ours = minors.map((minor) => [minor, minor.kindOf(manifest)]);
  if (!found && ours.some(([, type]) => !type)) say(manifest.apiVersion, '', 'no schema knows this kind');
  for (const [minor, type] of ours) {
    if (type) minor.checkObject(type, manifest, '', (path, what) => say(`1.${minor.minor}`, path, what));
    else if (!found || found.directory === 'kubernetes-models') say(`1.${minor.minor}`, '', `${manifest.apiVersion} has no such kind`);
  }
}
console.log(`${manifests.length} manifests, ${mistakes} mistakes, minor versions ${MINORS.map((minor) => `1.${minor}`).join(' ')}`);
process.exit(mistakes ? 1 : 0);
