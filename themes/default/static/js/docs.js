// Swagger UI reads the document of whoever is logged in; unsafe calls carry the browser session's token.
addEventListener("DOMContentLoaded", () => {
  const place = document.querySelector("#api");
  SwaggerUIBundle({
    url: place.dataset.document,
    domNode: place,
    deepLinking: true,
    docExpansion: "none",
    filter: true,
    validatorUrl: null,
    requestInterceptor: (request) => {
      request.headers["X-CSRF-Token"] = document.querySelector('meta[name="csrf-token"]').content;
      return request;
    },
  });
});
