/** Where an audit's bundle has what: `audit.json` tells it from other bundles. */
export const AUDIT_FILE = "audit.json";
export const REPORT_FILE = "report.json";
