#!/bin/sh
# Makes codemirror.min.js of entry.js and the packages in package.json, in a directory of its own. Needs node and npm.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$here/package.json" "$here/entry.js" "$work"
cd "$work"
npm install --no-audit --no-fund --no-package-lock --silent
npx --no-install esbuild entry.js --bundle --minify --format=iife --global-name=CodeMirror --target=es2022 \
  --legal-comments=none --charset=utf8 --outfile="$here/codemirror.min.js"
cp node_modules/codemirror/LICENSE "$here/LICENSE"
