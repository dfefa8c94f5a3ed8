// Tells the page around the frame to ask the server how the assignment stands now.
if (window.parent !== window) window.parent.postMessage('local_crowd: ask the server', '*');
