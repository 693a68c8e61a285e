// Looking at a large drawing: pan and zoom by pointer, wheel, touch and keys.
"use strict";

function viewOf(frame, onZoom) {
  const LEAST = 0.04;
  const MOST = 3;
  const MARGIN = 32;
  const at = { x: 0, y: 0, scale: 1 };
  const scene = $("svg", frame);
  let box = { x: 0, y: 0, width: 1, height: 1 };
  let asked = 0;

  function draw() {
    asked ||= requestAnimationFrame(() => {
      asked = 0;
      // Not a transform within the SVG: that has every text of it laid out anew.
      scene.style.transform = `translate(${at.x}px, ${at.y}px) scale(${at.scale})`;
      onZoom(at.scale);
    });
  }

  function zoomTo(scale, x, y) {
    const next = Math.min(MOST, Math.max(LEAST, scale));
    at.x = x - (x - at.x) * next / at.scale;
    at.y = y - (y - at.y) * next / at.scale;
    at.scale = next;
    draw();
  }

  function zoomBy(factor) {
    zoomTo(at.scale * factor, frame.clientWidth / 2, frame.clientHeight / 2);
  }

  function show(area, most = 1) {
    const scale = Math.min(most, (frame.clientWidth - 2 * MARGIN) / area.width, (frame.clientHeight - 2 * MARGIN) / area.height);
    at.scale = Math.max(LEAST, scale);
    at.x = (frame.clientWidth - area.width * at.scale) / 2 - area.x * at.scale;
    at.y = (frame.clientHeight - area.height * at.scale) / 2 - area.y * at.scale;
    draw();
  }

  // In the middle, large enough to be read.
  function centre(area) {
    at.scale = Math.max(at.scale, 0.8);
    at.x = frame.clientWidth / 2 - (area.x + area.width / 2) * at.scale;
    const top = frame.clientHeight / 2 - (area.y + area.height / 2) * at.scale;
    at.y = area.height * at.scale < frame.clientHeight - 2 * MARGIN ? top : MARGIN - area.y * at.scale;
    draw();
  }

  // Moved no further than it takes to see all of its width.
  function reveal(area) {
    const left = at.x + area.x * at.scale;
    const right = left + area.width * at.scale;
    at.x -= Math.max(0, right - frame.clientWidth + MARGIN);
    draw();
  }

  frame.addEventListener("wheel", (event) => {
    event.preventDefault();
    const { left, top } = frame.getBoundingClientRect();
    const lines = event.deltaMode === 1 ? 16 : 1;
    zoomTo(at.scale * Math.exp(-event.deltaY * lines * (event.ctrlKey ? 0.01 : 0.0015)), event.clientX - left, event.clientY - top);
  }, { passive: false });

  const pointers = new Map();
  let moved = 0;
  frame.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    if (!pointers.size) moved = 0;
    pointers.set(event.pointerId, event);
  });
  frame.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
    moved += Math.abs(dx) + Math.abs(dy);
    if (moved > 4 && !frame.hasPointerCapture(event.pointerId)) frame.setPointerCapture(event.pointerId);
    const other = [...pointers.values()].find(({ pointerId }) => pointerId !== event.pointerId);
    if (other) pinch(before, event, other);
    at.x += other ? dx / 2 : dx;
    at.y += other ? dy / 2 : dy;
    pointers.set(event.pointerId, event);
    draw();
  });
  for (const name of ["pointerup", "pointercancel"]) {
    frame.addEventListener(name, (event) => pointers.delete(event.pointerId));
  }
  // A click that ends a drag is none.
  frame.addEventListener("click", (event) => { if (moved > 4) event.stopImmediatePropagation(); }, { capture: true });

  function pinch(before, now, other) {
    const apart = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const { left, top } = frame.getBoundingClientRect();
    const factor = apart(now) / Math.max(1, apart(before));
    zoomTo(at.scale * factor, (now.clientX + other.clientX) / 2 - left, (now.clientY + other.clientY) / 2 - top);
  }

  const STEPS = { ArrowLeft: [64, 0], ArrowRight: [-64, 0], ArrowUp: [0, 64], ArrowDown: [0, -64] };
  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step) {
      at.x += step[0];
      at.y += step[1];
      draw();
    } else if (event.key === "+" || event.key === "=") zoomBy(1.25);
    else if (event.key === "-") zoomBy(0.8);
    else if (event.key === "0") show(box);
    else return;
    event.preventDefault();
  });

  return {
    zoomBy, centre, reveal,
    fit: () => show(box),
    put(drawn, area) {
      box = area;
      scene.setAttribute("width", area.width);
      scene.setAttribute("height", area.height);
      scene.replaceChildren(drawn);
      show(box);
    },
  };
}
