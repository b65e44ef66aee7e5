// The worst gaps of a cluster and who could fill them, from Node.
//
// Once, in this folder: npm install @grpc/grpc-js @grpc/proto-loader; then: node gaps.mjs 127.0.0.1:7443 clusters/beibei
import grpc from '@grpc/grpc-js';
import loader from '@grpc/proto-loader';
import { fileURLToPath } from 'node:url';

const protos = fileURLToPath(new URL('../../protos', import.meta.url));
const definition = loader.loadSync(['bulian/v1/gap.proto', 'bulian/v1/match.proto'], { includeDirs: [protos], enums: String, longs: String, defaults: true });
const { bulian } = grpc.loadPackageDefinition(definition);

const [server, cluster] = process.argv.slice(2);
const channel = { 'grpc.service_config': JSON.stringify({ loadBalancingConfig: [{ round_robin: {} }] }), 'grpc.keepalive_time_ms': 60000 };
const gaps = new bulian.v1.GapService(server, grpc.credentials.createInsecure(), channel);
const matches = new bulian.v1.MatchService(server, grpc.credentials.createInsecure(), channel);

const call = (client, method, request) =>
  new Promise((resolve, reject) =>
    client[method](request, { deadline: Date.now() + 10_000 }, (error, answer) => (error ? reject(error) : resolve(answer))));

const report = await call(gaps, 'AnalyzeGaps', { parent: cluster, pageSize: 3 });
console.log(`${report.gapCount} gaps at revision ${report.revision.number}`);
for (const gap of report.gaps) {
  console.log(`${gap.kind} ${gap.segmentDisplayName.en}`);
  const answer = await call(matches, 'FindCandidates', {
    parent: cluster, target: { gap: gap.name }, pageSize: 3, includeRecruits: true, scope: 'HELD_AND_POTENTIAL' });
  for (const candidate of answer.candidates)
    console.log(`  ${candidate.score.lower.toFixed(2)}..${candidate.score.upper.toFixed(2)} ${candidate.displayName.en}`);
}
gaps.close();
matches.close();
