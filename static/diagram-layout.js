// A worker: where the tables of the diagram go. Tables that are joined are laid out by dagre, each group by itself;
// the groups and the tables that nothing joins are then packed into a sheet.
"use strict";

const GAP = 28;
const RANK_GAP = 88;
const SHEET_RATIO = 1.6;
// Above so many tables dagre's best ranking takes seconds, and its second best is hardly worse.
const MANY = 150;

onmessage = ({ data }) => {
  importScripts(data.dagre);
  const groups = grouped(data.nodes, data.edges);
  const placed = groups.map((group, done) => {
    postMessage({ done, of: groups.length });
    return group.nodes.length > 1 ? arranged(group) : single(group.nodes[0]);
  });
  postMessage(packed(placed));
};

function grouped(nodes, edges) {
  const parent = new Map(nodes.map(({ id }) => [id, id]));
  const root = (id) => {
    while (parent.get(id) !== id) { parent.set(id, parent.get(parent.get(id))); id = parent.get(id); }
    return id;
  };
  for (const { from, to } of edges) parent.set(root(from), root(to));
  const groups = new Map();
  for (const node of nodes) {
    const id = root(node.id);
    if (!groups.has(id)) groups.set(id, { nodes: [], edges: [] });
    groups.get(id).nodes.push(node);
  }
  for (const edge of edges) groups.get(root(edge.from)).edges.push(edge);
  return [...groups.values()];
}

function single(node) {
  return { width: node.width, height: node.height, nodes: [{ id: node.id, x: 0, y: 0 }], edges: [] };
}

function arranged({ nodes, edges }) {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  const ranker = nodes.length > MANY ? "tight-tree" : "network-simplex";
  graph.setGraph({ rankdir: "LR", nodesep: GAP, ranksep: RANK_GAP, edgesep: 12, ranker });
  for (const { id, width, height } of nodes) graph.setNode(id, { width, height });
  // What is pointed at stands on the left. A table that points to itself is drawn without dagre's help.
  for (const { from, to, key } of edges) if (from !== to) graph.setEdge(to, from, {}, key);
  dagre.layout(graph);
  const laid = nodes.map((node) => ({ ...node, ...corner(graph.node(node.id)) }));
  const tallest = Math.sqrt(nodes.reduce((sum, node) => sum + (node.width + RANK_GAP) * (node.height + GAP), 0));
  if (graph.graph().height > 1.5 * tallest) return folded(laid, tallest);
  return {
    width: graph.graph().width,
    height: graph.graph().height,
    nodes: laid.map(({ id, x, y }) => ({ id, x, y })),
    edges: edges.filter(({ from, to }) => from !== to)
      .map(({ from, to, key }) => ({ key, points: graph.edge(to, from, key).points.slice(1, -1).reverse() })),
  };
}

function corner({ x, y, width, height }) {
  return { x: x - width / 2, y: y - height / 2, rank: Math.round(x) };
}

// Many tables point to one: their column would be as tall as a tower. It is folded into several that stand side by side.
function folded(nodes, tallest) {
  const ranks = new Map();
  for (const node of [...nodes].sort((a, b) => a.rank - b.rank || a.y - b.y)) {
    if (!ranks.has(node.rank)) ranks.set(node.rank, []);
    ranks.get(node.rank).push(node);
  }
  const placed = [];
  let left = 0;
  for (const rank of ranks.values()) {
    for (const column of columns(rank, tallest)) {
      let top = (tallest - column.height) / 2;
      for (const node of column.nodes) {
        placed.push({ id: node.id, x: left, y: top });
        top += node.height + GAP;
      }
      left += column.width + RANK_GAP * 0.6;
    }
    left += RANK_GAP * 0.6;
  }
  const top = Math.min(...placed.map(({ y }) => y));
  const sizes = new Map(nodes.map((node) => [node.id, node]));
  return {
    width: left - RANK_GAP * 1.2,
    height: Math.max(...placed.map(({ id, y }) => y + sizes.get(id).height)) - top,
    nodes: placed.map(({ id, x, y }) => ({ id, x, y: y - top })),
    edges: [],
  };
}

function columns(nodes, tallest) {
  const total = nodes.reduce((sum, node) => sum + node.height + GAP, 0);
  const each = total / Math.ceil(total / tallest);
  const found = [];
  for (const node of nodes) {
    let column = found.at(-1);
    if (!column || column.height + node.height / 2 > each) found.push(column = { nodes: [], width: 0, height: 0 });
    column.nodes.push(node);
    column.width = Math.max(column.width, node.width);
    column.height += node.height + GAP;
  }
  return found;
}

// Rows of groups, the tall ones first, about as wide as a screen is for their height.
function packed(groups) {
  const area = groups.reduce((sum, { width, height }) => sum + (width + 2 * GAP) * (height + 2 * GAP), 0);
  const widest = Math.max(0, ...groups.map(({ width }) => width));
  const sheet = Math.max(widest, Math.sqrt(area * SHEET_RATIO));
  const nodes = [];
  const edges = [];
  let [left, top, row] = [0, 0, 0];
  for (const group of [...groups].sort((a, b) => b.height - a.height)) {
    if (left && left + group.width > sheet) [left, top, row] = [0, top + row + 2 * GAP, 0];
    for (const node of group.nodes) nodes.push({ id: node.id, x: node.x + left, y: node.y + top });
    for (const { key, points } of group.edges) {
      edges.push({ key, points: points.map(({ x, y }) => ({ x: x + left, y: y + top })) });
    }
    left += group.width + 2 * GAP;
    row = Math.max(row, group.height);
  }
  return { nodes, edges };
}
