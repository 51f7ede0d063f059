//! A resource or a prompt that makes sense, as tokens. Nothing can fail here.

use proc_macro2::{Delimiter, TokenStream};
use quote::quote;

use super::options::{Own, Resource};
use crate::function::{Model, group, params};

pub(super) fn definition(model: &Model, own: &Own) -> TokenStream {
    let (name, description) = (&model.name, &model.description);
    let (params, walk, data) = (params(), model.walk(), model.options.role.data());
    let (annotations, policies) = (model.annotations(), model.options.policies.calls());
    let uri = match own {
        Own::Resource(resource) => resource.uri.as_ref().map(|uri| quote!(#uri,)),
        Own::Prompt => None,
    };
    let calls = match own {
        Own::Resource(resource) => calls(resource),
        Own::Prompt => TokenStream::new(),
    };
    let completions = completions(model);
    let definition = quote! {
        __mcp::#data::new(#uri #name, #description, |#params| #walk)
            #annotations #calls #completions #policies
    };
    match model.options.policies.constant() {
        None => definition,
        // The macro cannot see what a constant says, so const evaluation looks for contradictions, and finds them here.
        Some(span) => {
            let checked = group(Delimiter::Parenthesis, span, quote!(__mcp::#data::checked));
            let definition = group(Delimiter::Parenthesis, span, definition);
            quote!(#checked #definition)
        }
    }
}

/// Builder calls for what only a resource has.
fn calls(resource: &Resource) -> TokenStream {
    let Resource {
        uri: _,
        mime,
        size,
        audience,
        priority,
        list,
    } = resource;
    let mime = mime.iter().map(|mime| quote!(.mime(#mime)));
    let size = size.iter().map(|size| quote!(.size(#size)));
    let audience = (!audience.is_empty()).then(|| quote!(.audience(&[#(#audience),*])));
    let priority = priority.iter().map(|priority| quote!(.priority(#priority)));
    let list = list.iter().map(|list| {
        let params = params();
        quote!(.list(|#params| __mcp::listed(#params, #list)))
    });
    quote!(#(#mime)* #(#size)* #audience #(#priority)* #(#list)*)
}

fn completions(model: &Model) -> TokenStream {
    let completed = model.parameters.iter().filter_map(|parameter| {
        let (name, function) = (&parameter.name.wire, parameter.complete.as_ref()?);
        let params = params();
        Some(quote!(.complete(#name, |#params| __mcp::completed(#params, #function))))
    });
    completed.collect()
}
