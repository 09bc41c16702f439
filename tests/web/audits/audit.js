// Audits the server at the address given against GraphQL over HTTP, and prints what came of each audit as JSON.

import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.argv[2] });
console.log(JSON.stringify(results.map(({ id, name, status, reason }) => ({ id, name, status, reason }))));
